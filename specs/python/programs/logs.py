"""Logging as services configure it: dictionaries, rotation by size and time, queues, filters, adapters, errors, warnings."""

import io
import logging
import logging.config
import logging.handlers
import os
import queue
import re
import sys
import threading
import time
import warnings

FOLDER = sys.argv[1]
os.makedirs(FOLDER, exist_ok=True)


def place(name):
    return os.path.join(FOLDER, name)


class Secrets(logging.Filter):
    def filter(self, record):
        record.msg, record.args = re.sub(r'password=\S+', 'password=***', record.getMessage()), ()
        return True


logging.config.dictConfig(
    {
        'version': 1,
        'disable_existing_loggers': False,
        'filters': {'secrets': {'()': Secrets}},
        'formatters': {
            'plain': {'format': '%(levelname)-8s %(name)s: %(message)s'},
            'braces': {'format': '{levelname:.1}|{name}|{lineno:03d}|{message}', 'style': '{'},
        },
        'handlers': {
            'screen': {
                'class': 'logging.StreamHandler',
                'stream': 'ext://sys.stdout',
                'formatter': 'plain',
                'filters': ['secrets'],
            },
            'file': {
                'class': 'logging.FileHandler',
                'filename': place('app.log'),
                'formatter': 'braces',
                'level': 'WARNING',
                'encoding': 'utf-8',
            },
        },
        'loggers': {'app': {'handlers': ['screen', 'file'], 'level': 'DEBUG', 'propagate': False}},
    }
)
log = logging.getLogger('app.part')
log.debug('starts with password=%s', 'none')
log.info('user=%(user)s', {'user': 'ö'})
log.warning('%d %%', 50)
try:
    {}['missing']
except KeyError:
    log.warning('no key: %s', sys.exc_info()[1], stack_info=False)
    logging.getLogger('app').handlers[1].handle(
        log.makeRecord('app', logging.ERROR, 'f', 9, 'with its trace', (), sys.exc_info())
    )
logging.LoggerAdapter(log, {'request': 7}).info('adapted')
print(open(place('app.log'), encoding='utf-8').read().replace(__file__, 'PROGRAM'))

small = logging.getLogger('small')
small.propagate = False
small.setLevel(logging.INFO)
handler = logging.handlers.RotatingFileHandler(place('small.log'), maxBytes=200, backupCount=3)
handler.setFormatter(logging.Formatter('%(message)s'))
small.addHandler(handler)
for number in range(40):
    small.info('line %03d of many', number)
handler.close()
for name in sorted(os.listdir(FOLDER)):
    print(name, os.path.getsize(place(name)) if name.startswith('small') else '')

timed = logging.handlers.TimedRotatingFileHandler(place('timed.log'), when='S', interval=1, backupCount=2, utc=True)
timed.setFormatter(logging.Formatter('%(message)s'))
for number in range(3):
    timed.emit(logging.LogRecord('t', logging.INFO, 'f', 1, 'second %d', (number,), None))
    time.sleep(1.1)
timed.close()
names = sorted(name for name in os.listdir(FOLDER) if name.startswith('timed'))
print(
    len(names),
    [bool(re.fullmatch(r'timed\.log(\.\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)?', name)) for name in names],
    open(place('timed.log')).read(),
)

many = queue.SimpleQueue()
told = io.StringIO()
listener = logging.handlers.QueueListener(many, logging.StreamHandler(told), respect_handler_level=True)
root = logging.getLogger('queued')
root.propagate = False
root.setLevel(logging.DEBUG)
root.addHandler(logging.handlers.QueueHandler(many))
listener.start()
threads = [
    threading.Thread(
        target=lambda n: [root.info('%s-%d', threading.current_thread().name, i) for i in range(n)], args=(5,), name=f'thread{k}'
    )
    for k in range(4)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
listener.stop()
print(sorted(told.getvalue().split()))

kept = logging.handlers.MemoryHandler(100, flushLevel=logging.ERROR, target=logging.StreamHandler(sys.stdout))
memory = logging.getLogger('memory')
memory.propagate = False
memory.setLevel(logging.DEBUG)
memory.addHandler(kept)
memory.debug('kept back')
print('nothing yet')
memory.error('and now both')

logging.captureWarnings(True)
caught = logging.getLogger('py.warnings')
said = io.StringIO()
caught.addHandler(logging.StreamHandler(said))
caught.propagate = False
warnings.simplefilter('always')
warnings.warn('old way', DeprecationWarning, stacklevel=1)
logging.captureWarnings(False)
print(said.getvalue().replace(__file__, 'PROGRAM'))
with warnings.catch_warnings(record=True) as list_of:
    warnings.warn('seen')
print([str(one.message) for one in list_of], logging.getLevelName(25), logging.getLevelName('WARN'))


class Broken:
    def __str__(self):
        raise ValueError('cannot be shown')


errors, sys.stderr = sys.stderr, io.StringIO()
plain = logging.getLogger('plain')
plain.addHandler(logging.StreamHandler(sys.stdout))
plain.warning('%s', Broken())
said, sys.stderr = sys.stderr.getvalue(), errors
print(said.splitlines()[0], '|', [line for line in said.splitlines() if line.startswith('ValueError')])
print(logging.getLogger('app').getChild('a.b').getEffectiveLevel(), log.isEnabledFor(5), log.hasHandlers())
logging.shutdown()
