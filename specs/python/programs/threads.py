"""Threads as programs use them: locks, conditions, pools, queues, timers, signals, and what becomes of an error in one."""
import concurrent.futures
import multiprocessing
import multiprocessing.pool
import queue
import sched
import signal
import threading
import time

total, lock = 0, threading.RLock()


def add():
    global total
    for _ in range(2000):
        with lock:
            total += 1


threads = [threading.Thread(target=add) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total, threading.active_count(), threading.main_thread().name)
plain = threading.Lock()
print(plain.acquire(timeout=0.01), plain.acquire(timeout=0.01), plain.locked())
barrier, places = threading.Barrier(3), []
threads = [threading.Thread(target=lambda: places.append(barrier.wait())) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(places))
rung = threading.Event()
threading.Timer(0.01, rung.set).start()
print(rung.wait(5))
condition, items, taken = threading.Condition(), [], []


def take():
    with condition:
        condition.wait_for(lambda: items, timeout=5)
        taken.append(items.pop())


consumer = threading.Thread(target=take)
consumer.start()
with condition:
    items.append('item')
    condition.notify_all()
consumer.join()
print(taken)
own = threading.local()
own.value = 1
looking = threading.Thread(target=lambda: print('own', hasattr(own, 'value')))
looking.start()
looking.join()

work, done = queue.Queue(2), []


def worker():
    while (item := work.get()) is not None:
        done.append(item * item)
        work.task_done()
    work.task_done()


threading.Thread(target=worker, daemon=True).start()
for item in (*range(10), None):
    work.put(item)
work.join()
print(done)
try:
    work.get(timeout=0.01)
except queue.Empty as error:
    print(repr(error))

with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda number: number ** 2, range(8))))
    waiting = [pool.submit(time.sleep, 0.001 * number) for number in range(4)]
    print(len(list(concurrent.futures.as_completed(waiting))), concurrent.futures.wait(waiting).not_done)
    print(repr(pool.submit(divmod, 1, 0).exception()))
    try:
        pool.submit(time.sleep, 0.2).result(timeout=0.01)
    except TimeoutError as error:
        print(repr(error))
with multiprocessing.pool.ThreadPool(3) as pool:
    print(pool.map(abs, [-1, -2]), pool.apply_async(max, (1, 2)).get())
one, other = multiprocessing.Pipe()
one.send({'x': [1]})
print(other.recv(), other.poll(0))
threading.excepthook = lambda what: print('in a thread:', what.exc_type.__name__, what.exc_value)
failing = threading.Thread(target=lambda: [][1])
failing.start()
failing.join()

rings = []
signal.signal(signal.SIGALRM, lambda number, frame: rings.append(signal.Signals(number).name))
# again and again: one may come before the program waits
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
print(rings[0])
print(signal.sigtimedwait([signal.SIGUSR2], 0.01), signal.strsignal(signal.SIGSEGV))
plan = sched.scheduler()
plan.enter(0.002, 1, print, ('later',))
plan.enter(0.001, 1, print, ('soon',))
plan.run()
