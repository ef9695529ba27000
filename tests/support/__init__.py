"""What the table of docs/strands-support.md says, where no other test shows it."""
