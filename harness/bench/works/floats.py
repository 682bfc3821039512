import math
x = 0.5
for i in range(1, 100000):
    x = math.sin(x) + math.sqrt(i) / (1.0 + x * x)
print(round(x, 9))
