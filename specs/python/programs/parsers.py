"""What reads text of others: options, configurations, tables, mail, markup, addresses of the web; and what it says of faults."""

import argparse
import base64
import configparser
import contextlib
import csv
import email
import email.policy
import html
import html.parser
import io
import json
import mimetypes
import plistlib
import quopri
import shlex
import tomllib
import urllib.parse
import xml.dom.minidom
import xml.etree.ElementTree as tree
import xml.sax
from email.message import EmailMessage


def refused(call, *values, **named):
    try:
        print('accepted', call(*values, **named))
    except Exception as error:
        print(type(error).__name__, str(error)[:160])


parser = argparse.ArgumentParser(prog='tool', description='Does things.', epilog='The end.')
parser.add_argument('-f', '--files', nargs='*', help='what to do them to')
parser.add_argument('-v', '--verbose', action='count', default=0)
parser.add_argument('--level', type=float, choices=(0.5, 1.0), metavar='L', help='how much (default: %(default)s)', default=1.0)
group = parser.add_mutually_exclusive_group()
group.add_argument('--on', action='store_true')
group.add_argument('--off', action=argparse.BooleanOptionalAction)
commands = parser.add_subparsers(dest='command', title='commands')
add = commands.add_parser('add', help='adds')
add.add_argument('number', type=lambda text: int(text, 0))
parser.print_help()
print(parser.parse_args(['-vv', '--level', '.5', 'add', '0x10']))
print(parser.parse_known_args(['--off', 'add', '3', '--more']))
for line in ('--level 2', '--on --off', 'add x', 'sub', '--verb=1'):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            parser.parse_args(shlex.split(line))
        except SystemExit as end:
            print(end.code, said.getvalue().splitlines()[-1])
print(shlex.join(['a b', "it's", '$x']), shlex.split("a 'b c' \"d\\\"e\" # no", comments=True))
refused(shlex.split, 'a "b')

config = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation(), allow_no_value=True)
config.read_string(
    '[DEFAULT]\nroot = /srv\n[web]\nport: 80\npath = ${root}/www\n  more\nflag\nyes = on\n[copy]\npath = ${web:path}\n'
)
print(
    config.sections(),
    dict(config['copy']),
    config.getint('web', 'port'),
    config['web'].getboolean('yes'),
    config.get('web', 'none', fallback='-'),
)
for text in ('a = 1', '[a]\n[a]', '[a]\nb = ${c}'):

    def both(text):
        other = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
        other.read_string(text)
        return other['a']['b']

    refused(both, text)
print(
    tomllib.loads(
        'title = "t"\n[a.b]\nwhen = 1979-05-27T07:32:00-08:00\nlist = [1, 2.5, 0x1F, inf, true]\n[[row]]\nx = 1\n[[row]]\nx = """\nlong\\\n   line"""\n'
    )
)
refused(tomllib.loads, 'a = \nb')
print(json.dumps({'ä': [1, 2.5e300, float('inf'), None, True], 'n': {'deep': ()}}, ensure_ascii=False, indent=1, sort_keys=True))
print(
    json.loads('[1e400, -0.0, 12345678901234567890, "\\ud83d\\ude00"]', parse_int=str),
    json.loads('{"a":1,"a":2}', object_pairs_hook=list),
)
for text in ('', '[1,]', '{"a" 1}', '"\t"', '[' * 100000):
    refused(json.loads, text)

rows = list(csv.DictReader(io.StringIO('name;n\r\n"a;""b""\nc";1\r\nd;2;3\r\n'), delimiter=';'))
print(rows)
table = io.StringIO()
csv.writer(table, quoting=csv.QUOTE_NONNUMERIC, lineterminator='\n').writerows([['a,b', 1.5], ['"', None], ['line\nbreak', 2]])
print(repr(table.getvalue()), csv.Sniffer().sniff('a|b\n1|2\n').delimiter)
refused(list, csv.reader(['a"b"c', '"open'], strict=True))

message = EmailMessage()
message['Subject'] = 'Grüße aus Nanvix'
message['From'] = 'Jörg <j@example.org>'
message['To'] = 'a@example.org, "B, C" <b@example.org>'
message.set_content('Hallo Wörld\n' * 2)
message.add_alternative('<p>Hallo</p>', subtype='html')
message.add_attachment(bytes(range(20)), maintype='application', subtype='octet-stream', filename='dätei.bin')
wire = message.as_bytes().replace(message.get_boundary().encode() if message.get_boundary() else b'-', b'OUTER')
print(message.get_content_type(), [part.get_content_type() for part in message.walk()], message['to'].addresses[1].display_name)
again = email.message_from_bytes(
    b'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n\xfcber\r\n',
    policy=email.policy.default,
)
print(again['subject'], again.get_content().strip(), again.defects)
print(
    quopri.encodestring('ä=b'.encode()),
    base64.b85encode(b'nanvix'),
    base64.b32hexencode(b'x'),
    base64.a85decode(base64.a85encode(b'four' * 3)),
)
refused(base64.b64decode, 'a', validate=True)
print(mimetypes.guess_type('a.tar.gz'), mimetypes.guess_extension('text/html'))

root = tree.fromstring('<a x="1"><b>t&amp;ü</b><!-- c --><c:d xmlns:c="urn:c"/>tail</a>')
print([(one.tag, one.text, one.tail, one.attrib) for one in root.iter()], root.find('{urn:c}d') is not None)
tree.indent(root)
print(tree.tostring(root, encoding='unicode', xml_declaration=True))
refused(tree.fromstring, '<a><b></a>')
print(xml.dom.minidom.parseString('<a><b/>x</a>').toprettyxml(indent=' ').splitlines())


class Names(xml.sax.ContentHandler):
    def startElement(self, name, attributes):
        print('sax', name, dict(attributes.items()))


xml.sax.parseString(b'<?xml version="1.0" encoding="iso-8859-1"?><r a="\xe4"><i/></r>', Names())


class Links(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        print('html', tag, attributes, self.getpos())


Links().feed('<p class=x><a href="/a?b=1&amp;c=2">t</a><br/>\n<IMG SRC=x>')
print(html.escape('<"\'&>'), html.unescape('&eacute;&#x1F600;&nosuch;'))
parts = urllib.parse.urlsplit('https://us%65r:pw@[::1]:8080/a/../b;p?q=1&q=2&e=#frag')
print(parts, parts.hostname, parts.port, urllib.parse.parse_qs(parts.query, keep_blank_values=True))
print(
    urllib.parse.urljoin('http://a/b/c/d', '../../g'),
    urllib.parse.quote('a b/ü?', safe=''),
    urllib.parse.urlencode({'a': [1, 2], 'b': 'ü'}, doseq=True),
)
refused(lambda: urllib.parse.urlsplit('http://a:99999/').port)
data = plistlib.dumps({'a': [1, 2.5, b'bin', True], 'd': {'k': 'v'}}, fmt=plistlib.FMT_BINARY)
print(len(data), plistlib.loads(data), plistlib.loads(plistlib.dumps({'x': 'ü'})))
