"""n8n workflows as flows: reading exports, translating their nodes, and writing them back."""
