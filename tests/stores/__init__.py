"""Sessions, storages and memories that agents keep outside of their workflows."""
