"""What everything costs: `make bench`, or `python -m benchmarks NAME … --scale smoke|small|full`."""
