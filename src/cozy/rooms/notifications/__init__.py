"""What a home tells its owner: on its pages, by mail, on their devices."""
