"""The step type ssh.command: runs commands on other machines."""
