"""What agents keep outside of their workflows: storages, session repositories and memory stores, by their names."""
