"""Times in zones: summer time begins and ends, hours are missing or twice, and rules changed over the years."""
import os
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

berlin, york = ZoneInfo('Europe/Berlin'), ZoneInfo('America/New_York')
for moment in (datetime(2024, 3, 31, 0, 59), datetime(2024, 3, 31, 1), datetime(2024, 10, 27, 0, 59), datetime(2024, 10, 27, 1)):
    local = moment.replace(tzinfo=timezone.utc).astimezone(berlin)
    print(local, local.tzname(), local.dst(), local.fold)
twice = datetime(2024, 11, 3, 1, 30, tzinfo=york)
print(twice.utcoffset(), twice.replace(fold=1).utcoffset())
print(datetime(2038, 7, 1, tzinfo=york).utcoffset(), datetime(2500, 1, 1, tzinfo=york).tzname())
print(datetime(1900, 1, 1, tzinfo=ZoneInfo('Europe/Amsterdam')).utcoffset() > timedelta(0))
for name in ('Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Etc/GMT+12', 'UTC'):
    print(name, datetime(2020, 7, 1, 12, tzinfo=ZoneInfo(name)).isoformat())
print(datetime(2011, 12, 29, 12, tzinfo=ZoneInfo('Pacific/Apia')).astimezone(timezone.utc))
print(datetime(2011, 12, 31, 12, tzinfo=ZoneInfo('Pacific/Apia')).astimezone(timezone.utc))
print({'Europe/Berlin', 'Asia/Tokyo', 'US/Pacific'} <= available_timezones(), ZoneInfo('Europe/Berlin') is berlin)
for name in ('Nowhere/City', '../etc/passwd'):
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        print(type(error).__name__)
os.environ['TZ'] = 'Europe/Berlin'
time.tzset()
print(time.strftime('%Y-%m-%d %H:%M %Z', time.localtime(1720000000)), time.tzname)
