/*-------------------------------------------------------------------------
 *
 * chart.c
 *	  Charts as SVG.
 *
 * Coordinates are those of the viewBox, with one decimal, printed from whole
 * numbers: no locale has a say in them.
 *
 *-------------------------------------------------------------------------
 */
#include "core/markup/chart.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WIDTH  760
#define HEIGHT 260
#define LEFT   64
#define TOP    12
#define RIGHT  748
#define BOTTOM 214

#define TEXT_MAX 60

uint64_t
aud_chart_ceiling(uint64_t max)
{
	static const uint64_t steps[] = {1, 2, 5};
	uint64_t              unit = 1;

	for (;;)
	{
		for (int i = 0; i < 3; i++)
			if (steps[i] * unit >= max)
				return steps[i] * unit;
		if (unit > UINT64_MAX / 100)
			return UINT64_MAX;
		unit *= 10;
	}
}

int
aud_chart_step(uint64_t value, uint64_t max)
{
	double share;

	if (value == 0 || max == 0)
		return 0;
	share = (double) value / (double) max;
	return share >= 1.0 ? 6 : 1 + (int) (share * 6.0);
}

static uint64_t
plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
highest(const uint64_t *values, size_t n)
{
	uint64_t max = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i] > max)
			max = values[i];
	return max;
}

static void
put_text(const AudMarkup *m, const char *s)
{
	aud_markup_text(m, s, strlen(s), TEXT_MAX);
}

/* ---- elements ------------------------------------------------------------------ */

static void
begin(const AudMarkup *m, const AudChart *chart, int width, int height)
{
	char open[160];

	snprintf(open,
			 sizeof(open),
			 "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"",
			 width,
			 height);
	aud_markup_raw(m, open);
	aud_markup_raw(m, chart->id);
	aud_markup_raw(m, "-t ");
	aud_markup_raw(m, chart->id);
	aud_markup_raw(m, "-d\">\n<title id=\"");
	aud_markup_raw(m, chart->id);
	aud_markup_raw(m, "-t\">");
	aud_markup_text(m, chart->title, strlen(chart->title), 200);
	aud_markup_raw(m, "</title><desc id=\"");
	aud_markup_raw(m, chart->id);
	aud_markup_raw(m, "-d\">");
	aud_markup_text(m, chart->text, strlen(chart->text), 500);
	aud_markup_raw(m, "</desc>\n");
}

/* In tenths; of class "s" or "h" and a number. */
static void
put_rect(const AudMarkup *m, const char *kind, int number, int x, int y, int w,
		 int h)
{
	char rect[160];

	snprintf(rect,
			 sizeof(rect),
			 "<rect class=\"%s%d\" x=\"%d.%d\" y=\"%d.%d\" width=\"%d.%d\" "
			 "height=\"%d.%d\">",
			 kind,
			 number,
			 x / 10,
			 x % 10,
			 y / 10,
			 y % 10,
			 w / 10,
			 w % 10,
			 h / 10,
			 h % 10);
	aud_markup_raw(m, rect);
}

static void
end_rect(const AudMarkup *m, const char *row, const char *column, uint64_t value)
{
	aud_markup_raw(m, "<title>");
	put_text(m, row);
	aud_markup_raw(m, ", ");
	put_text(m, column);
	aud_markup_raw(m, ": ");
	aud_markup_number(m, value, 1);
	aud_markup_raw(m, "</title></rect>\n");
}

/* anchor: start, middle, end */
static void
begin_text(const AudMarkup *m, int x, int y, const char *anchor)
{
	char text[96];

	snprintf(text,
			 sizeof(text),
			 "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">",
			 x,
			 y,
			 anchor);
	aud_markup_raw(m, text);
}

static void
put_label(const AudMarkup *m, int x, int y, const char *anchor, const char *s)
{
	begin_text(m, x, y, anchor);
	put_text(m, s);
	aud_markup_raw(m, "</text>\n");
}

/* ---- stacked columns ------------------------------------------------------------- */

static uint64_t
row_sum(const AudChart *chart, size_t row)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < chart->n_columns; i++)
		sum = plus(sum, chart->values[row * chart->n_columns + i]);
	return sum;
}

static void
put_axis(const AudMarkup *m, uint64_t top)
{
	char line[120];

	for (int i = 0; i <= 2; i++)
	{
		int y = BOTTOM - (BOTTOM - TOP) * i / 2;

		if (i == 1 && top < 2)
			continue;
		snprintf(line,
				 sizeof(line),
				 "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
				 LEFT,
				 y,
				 RIGHT,
				 y);
		aud_markup_raw(m, line);
		/* half of 5 is no whole number: that mark has none */
		if (i == 1 && top % 2 != 0)
			continue;
		begin_text(m, LEFT - 6, y + 4, "end");
		aud_markup_number(m, i == 2 ? top : i == 1 ? top / 2 : 0, 1);
		aud_markup_raw(m, "</text>\n");
	}
}

static void
put_stack(const AudMarkup *m, const AudChart *chart, size_t row, uint64_t top)
{
	const uint64_t *values = chart->values + row * chart->n_columns;
	double          width = (RIGHT - LEFT) * 10.0 / (double) chart->n_rows;
	int             x = LEFT * 10 + (int) ((double) row * width);
	int w = (int) (width > 320 ? 300 : width > 20 ? width - 10 : width * 0.9);
	uint64_t below = 0;

	if (width > 320)
		x += (int) (width - 300) / 2;
	for (size_t i = 0; i < chart->n_columns && i < AUD_CHART_SERIES; i++)
	{
		uint64_t above = plus(below, values[i]);
		double   scale = (BOTTOM - TOP) * 10.0 / (double) top;
		int      y0 = BOTTOM * 10 - (int) ((double) below * scale + 0.5);
		int      y1 = BOTTOM * 10 - (int) ((double) above * scale + 0.5);

		/* what is there is to be seen, however little */
		if (values[i] > 0 && y0 - y1 < 5)
			y1 = y0 - 5 > TOP * 10 ? y0 - 5 : TOP * 10;
		if (values[i] > 0)
		{
			put_rect(m, "s", (int) i, x, y1, w > 1 ? w : 1, y0 - y1);
			end_rect(m, chart->rows[row], chart->columns[i], values[i]);
		}
		below = above;
	}
}

/* A few have a label each; of many five, at the left edge of what they name. */
static void
put_row_labels(const AudMarkup *m, const AudChart *chart)
{
	size_t n = chart->n_rows;
	bool   few = n <= 6;
	size_t step = few ? 1 : (n + 4) / 5;

	for (size_t i = 0; i < n; i += step)
	{
		double at = few ? (double) i + 0.5 : (double) i;
		int    x = LEFT + (int) (at * (RIGHT - LEFT) / (double) n);

		put_label(m, x, BOTTOM + 16, few ? "middle" : "start", chart->rows[i]);
	}
}

static void
put_legend(const AudMarkup *m, const AudChart *chart)
{
	size_t n = chart->n_columns < AUD_CHART_SERIES ? chart->n_columns
												   : AUD_CHART_SERIES;

	for (size_t i = 0; i < n; i++)
	{
		int x = LEFT + (int) i * ((RIGHT - LEFT) / AUD_CHART_SERIES);

		put_rect(m, "s", (int) i, x * 10, (BOTTOM + 28) * 10, 100, 100);
		aud_markup_raw(m, "</rect>");
		put_label(m, x + 15, BOTTOM + 37, "start", chart->columns[i]);
	}
}

void
aud_chart_stack(const AudMarkup *m, const AudChart *chart)
{
	uint64_t max = 0;

	for (size_t i = 0; i < chart->n_rows; i++)
		if (row_sum(chart, i) > max)
			max = row_sum(chart, i);
	max = aud_chart_ceiling(max > 0 ? max : 1);
	begin(m, chart, WIDTH, HEIGHT);
	put_axis(m, max);
	for (size_t i = 0; i < chart->n_rows; i++)
		put_stack(m, chart, i, max);
	put_row_labels(m, chart);
	put_legend(m, chart);
	aud_markup_raw(m, "</svg>\n");
}

/* ---- heat map -------------------------------------------------------------------- */

void
aud_chart_heat(const AudMarkup *m, const AudChart *chart)
{
	size_t   n = chart->n_rows * chart->n_columns;
	uint64_t max = highest(chart->values, n);
	int      w =
        chart->n_columns > 0 ? (RIGHT - LEFT) * 10 / (int) chart->n_columns : 0;
	int height = 26;

	begin(m, chart, WIDTH, 26 + (int) chart->n_rows * height);
	for (size_t i = 0; i < chart->n_columns; i++)
		put_label(m,
				  LEFT + (int) (2 * i + 1) * w / 20,
				  14,
				  "middle",
				  chart->columns[i]);
	for (size_t i = 0; i < chart->n_rows; i++)
	{
		int y = 22 + (int) i * height;

		put_label(m, LEFT - 8, y + 17, "end", chart->rows[i]);
		for (size_t j = 0; j < chart->n_columns; j++)
		{
			uint64_t value = chart->values[i * chart->n_columns + j];

			put_rect(m,
					 "h",
					 aud_chart_step(value, max),
					 LEFT * 10 + (int) j * w,
					 y * 10,
					 w - 15,
					 (height - 2) * 10);
			end_rect(m, chart->rows[i], chart->columns[j], value);
		}
	}
	aud_markup_raw(m, "</svg>\n");
}
