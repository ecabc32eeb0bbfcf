"""What tests, benchmarks and scripts share: real servers and pages in a browser."""
