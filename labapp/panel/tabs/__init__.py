"""What stands below the table: one tab for each way to look at a result."""
