import sys

print('CPYTHON_TEST_HELLO: Hello from Python', sys.version_info[:2])
