"""The step type server.files: files on other machines (SFTP, FTP)."""
