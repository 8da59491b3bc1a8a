"""What customers' servers are told, under the names that are widespread in the field."""
