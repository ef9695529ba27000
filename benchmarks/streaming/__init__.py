"""What it costs to show an agent's reply while it is made."""
