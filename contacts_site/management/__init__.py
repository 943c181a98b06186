"""What an operator types: the commands of the project itself."""
