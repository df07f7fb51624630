#!/usr/bin/env python3
"""search_trail.py DIRECTORY MB: a synthetic trail to search, in files of 256 MB.

Records have the writer's spelling, and are of a shop: 50 users, 300 relations, 20,000
sessions.  One record in 2,000,000 is of the user "rare_user", another touches
"public.rare_object".  The hashes are not valid.
"""

import os
import random
import sys

FILE_BYTES = 256 * 1024 * 1024
RARE = 2_000_000
TEMPLATE = (
    '{"v":1,"log":"00112233aabbccdd","ts":"2026-01-%02dT%02d:%02d:%02d.%06dZ","event":"statement",'
    '"class":"read","classes":["read"],"command":"SELECT","outcome":"success","db":"shop",'
    '"user":"%s","session":"%s","pid":%d,"app":"psql","client_addr":"10.1.%d.%d","stmt":%d,'
    '"objects":[{"type":"table","name":"%s","access":["select"],"columns":["id","name"]}],'
    '"rows":%d,"duration_us":%d,'
    '"query":"SELECT id, name, price FROM %s WHERE id = %d AND region = $1 ORDER BY name",'
    '"seq":%d,"h":"%032x"}\n')


def records(dice):
    """Lines without end; each session is of one user and one client."""
    sessions = [('%08x.%x' % (0x6a1b0000 + i, 1000 + i), 1000 + i, 'user_%d' % (i % 50), i % 250)
                for i in range(20_000)]
    tables = ['public.table_%d' % i for i in range(300)]
    seq = 0
    while True:
        seq += 1
        at = seq * 400
        seconds, micros = divmod(at, 1_000_000)
        # a few hundred sessions are there at a time
        name, pid, user, client = sessions[(seq // 5000 + dice.randrange(300)) % len(sessions)]
        table = tables[int(dice.random() ** 3 * 300)]
        if seq % RARE == RARE // 2:
            user = 'rare_user'
        if seq % RARE == RARE // 4:
            table = 'public.rare_object'
        yield TEMPLATE % (1 + seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60,
                          seconds % 60, micros, user, name, pid, client // 16, client, seq % 97,
                          table, seq % 50, dice.randrange(50_000), table, seq, seq,
                          dice.getrandbits(128))


def main():
    """Write them."""
    directory, rest = sys.argv[1], int(sys.argv[2]) * 1024 * 1024
    os.makedirs(directory, exist_ok=True)
    lines = records(random.Random(1))
    number = 0
    while rest > 0:
        number += 1
        size = 0
        path = '%s/secaudit-202601%02dT000000Z-%06d.jsonl' % (directory, number, number)
        with open(path, 'w', encoding='ascii') as out:
            while size < min(rest, FILE_BYTES):
                line = next(lines)
                out.write(line)
                size += len(line)
        rest -= size


if __name__ == '__main__':
    main()
