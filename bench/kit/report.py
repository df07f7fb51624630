"""Tables and charts.

A table is printed and kept as Markdown and as tab-separated values; a chart
is drawn by gnuplot as SVG and PNG.  Everything goes to BENCH_OUT.
"""

import os
import platform
import shutil
import statistics
import subprocess

OUT = os.environ.get('BENCH_OUT', '.')
COLORS = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#777777', '#000000']


def spread(values):
    """(median, min, max)"""
    return statistics.median(values), min(values), max(values)


def show(values, digits=2):
    """A spread as text: median (min - max)."""
    return '%.*f (%.*f - %.*f)' % (digits, values[0], digits, values[1], digits, values[2])


def machine():
    """One line that names the machine."""
    model = platform.processor() or platform.machine()
    try:
        with open('/proc/cpuinfo', encoding='utf-8', errors='replace') as f:
            names = [line.split(':', 1)[1].strip() for line in f if line.startswith('model name')]
            model = names[0] if names else model
        with open('/proc/meminfo', encoding='ascii') as f:
            memory = int(f.readline().split()[1]) // (1024 * 1024)
    except OSError:
        memory = 0
    return '%d x %s, %d GB, Linux %s' % (os.cpu_count(), model, memory, platform.release())


def table(name, title, header, lines, notes=()):
    """Print a table and keep it as NAME.md and NAME.tsv."""
    widths = [max(len(str(row[i])) for row in [header, *lines]) for i in range(len(header))]

    def text(cells, sep='  '):
        first = str(cells[0]).ljust(widths[0])
        return sep.join([first] + [str(c).rjust(w) for c, w in zip(cells[1:], widths[1:])])

    print('\n' + title)
    print(text(header))
    print(text(['-' * w for w in widths]))
    for row in lines:
        print(text(row))
    for note in notes:
        print(note)
    print(flush=True)

    with open(os.path.join(OUT, name + '.md'), 'w', encoding='utf-8') as f:
        f.write('### %s\n\n' % title)
        f.write('| ' + text(header, ' | ') + ' |\n')
        f.write('|' + '|'.join(['-' * (widths[0] + 2)] +
                               ['-' * (w + 1) + ':' for w in widths[1:]]) + '|\n')
        for row in lines:
            f.write('| ' + text(row, ' | ') + ' |\n')
        for note in (*notes, machine()):
            f.write('\n%s\n' % note)
    with open(os.path.join(OUT, name + '.tsv'), 'w', encoding='utf-8') as f:
        for row in [header, *lines]:
            f.write('\t'.join(str(cell) for cell in row) + '\n')


def _gnuplot(name, script):
    """Draw NAME.svg and NAME.png, if there is a gnuplot."""
    if shutil.which('gnuplot') is None:
        print('no chart: gnuplot is not installed')
        return
    path = os.path.join(OUT, name)
    terminals = (("svg size 900,480 background '#ffffff' font 'sans,13'", '.svg'),
                 ("pngcairo size 900,480 background '#ffffff' font 'sans,10'", '.png'))
    head = ('set encoding utf8\nset border 3\nset tics nomirror\nset grid ytics lc "#dddddd"\n'
            'set key top left\n')
    for terminal, ending in terminals:
        text = "set terminal %s\nset output '%s%s'\n%s%s" % (terminal, path, ending, head, script)
        subprocess.run(['gnuplot'], input=text, text=True, check=True)


def _quote(text):
    return '"' + str(text).replace('\\', '').replace('"', "'").replace('_', '\\\\_') + '"'


def _data(rows):
    lines = (' '.join(_quote(c) if isinstance(c, str) else '%g' % c for c in row) for row in rows)
    return '\n'.join(lines) + '\ne\n'


def bars(name, title, unit, labels, series):
    """A group of bars per label.  series: {name: [(median, min, max), ...]}"""
    script = ('set title %s\nset ylabel %s\nset yrange [0:*]\nset style fill solid border -1\n'
              'set style data histogram\nset style histogram errorbars gap 1 lw 1\n'
              'set xtics rotate by -20\nset key top right\n' % (_quote(title), _quote(unit)))
    plots, data = [], ''
    for i, (key, values) in enumerate(series.items()):
        plots.append("'-' using 2:3:4:xtic(1) title %s lc rgb '%s'"
                     % (_quote(key), COLORS[i % len(COLORS)]))
        data += _data([(label, *value) for label, value in zip(labels, values)])
    _gnuplot(name, script + 'plot ' + ', '.join(plots) + '\n' + data)


def lines(name, title, xlabel, unit, series, log='x'):
    """Lines with error bars.  series: {name: [(x, median, min, max), ...]}"""
    script = 'set title %s\nset xlabel %s\nset ylabel %s\n' % (
        _quote(title), _quote(xlabel), _quote(unit))
    if log:
        script += 'set logscale %s\n' % log
    if 'y' not in log:
        script += 'set yrange [0:*]\n'
    script += 'set offsets graph 0.05, graph 0.05, graph 0.1, 0\n'
    plots, data = [], ''
    for i, (key, values) in enumerate(series.items()):
        plots.append("'-' using 1:2:3:4 with yerrorlines pt 7 lw 2 lc rgb '%s' title %s"
                     % (COLORS[i % len(COLORS)], _quote(key)))
        data += _data(values)
    _gnuplot(name, script + 'plot ' + ', '.join(plots) + '\n' + data)
