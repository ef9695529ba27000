"""An activity that asks a human before it does its work."""
