total = 0
words = {}
for i in range(120000):
    total += i * i % 7
    words[i % 1000] = words.get(i % 1000, 0) + 1
print(total, len(words))
