"""Conversations that are kept short, skills, goals, and what is put away: as outside of workflows."""
