"""Who may do what with which documents."""
