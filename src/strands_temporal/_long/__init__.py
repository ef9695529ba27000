"""Long chats: an agent's state in a new run, turns that go on there, and updates that are answered there."""
