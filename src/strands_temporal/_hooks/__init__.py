"""Activities as hooks: `activity_hook` (the callback), `hook_input` (what it gives to the activity)."""
