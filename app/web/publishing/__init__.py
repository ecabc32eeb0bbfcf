"""What a script sends of its watched modules: checked, kept as the newest of each, and shown to who follows it."""
