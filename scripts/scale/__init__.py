"""What a council never needs: very many releases, and Spark."""
