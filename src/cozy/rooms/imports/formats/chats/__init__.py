"""Conversations, as the programs that people had them in write them down."""
