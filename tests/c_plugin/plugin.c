/*
 * A collector plugin in C, for a made-up pump. Its log, with a local time before each line:
 *
 *     2026-03-01 10:00:00 ZZ00001 READ 101.5 12 0 0.250 run V3 mmeier
 *     2026-03-01 10:00:05 ZZ00001 LOG motor left stalled at 3.2 A
 */
#include "labrelay.h"
#include "manifest.h" /* printed by `labrelay manifest embed` */

#include <stdio.h>
#include <string.h>

/* Longest line: of a real log far below. */
#define LINE_BYTES 1024
/* How the counter in the state is written: a version, and four bytes, low ones first. */
#define STATE_VERSION 1
#define STATE_BYTES 5

/* Lines read so far: a state that is kept from start to start. */
static uint32_t lines_read;

static int32_t take_state(const uint8_t *state, size_t bytes) {
    lines_read = 0;
    if (state == NULL) return LABRELAY_READY;
    if (bytes != STATE_BYTES || state[0] != STATE_VERSION) return LABRELAY_BAD_STATE;
    for (int i = 0; i < 4; i++) lines_read |= (uint32_t)state[1 + i] << (8 * i);
    return LABRELAY_READY;
}

static void keep_state(const labrelay_calls *sdk, labrelay_poll *poll) {
    uint8_t state[STATE_BYTES] = {STATE_VERSION};
    for (int i = 0; i < 4; i++) state[1 + i] = (uint8_t)(lines_read >> (8 * i));
    sdk->set_state(poll, state, sizeof state);
}

/* Microseconds since 1970 of a date in the Gregorian calendar, as the pump's clock shows it. */
static int64_t shown_us(int year, int month, int day, int hour, int minute, int second) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y % 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
    return ((days * 24 + hour) * 60 + minute) * 60000000 + (int64_t)second * 1000000;
}

/* One line, which ends in NUL here. */
static void take(const labrelay_calls *sdk, labrelay_poll *poll, uint64_t position, char *line) {
    int year, month, day, hour, minute, second, at = 0;
    char serial[33], kind[5];
    int fields = sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d %32s %4s %n", &year, &month, &day, &hour, &minute, &second,
                        serial, kind, &at);
    int64_t utc = fields == 8 ? sdk->utc_us(poll, shown_us(year, month, day, hour, minute, second)) : INT64_MIN;
    if (utc == INT64_MIN) {
        sdk->refuse(poll, position, LABRELAY_UNPARSABLE, line, strlen(line));
        return;
    }
    if (strcmp(kind, "LOG") == 0) {
        sdk->record(poll, position, "event");
        sdk->set_text(poll, "instrument", serial, strlen(serial));
        sdk->set_timestamp(poll, "at", utc);
        sdk->line(poll, line + at, strlen(line + at));
        return;
    }
    double pressure, stroke_s;
    int strokes, door;
    char mode[9], valve[4] = "", user[33] = "";
    fields = sscanf(line + at, "%lf %d %d %lf %8s %3s %32s", &pressure, &strokes, &door, &stroke_s, mode, valve, user);
    if (strcmp(kind, "READ") != 0 || fields < 5) {
        sdk->refuse(poll, position, LABRELAY_UNPARSABLE, line, strlen(line));
        return;
    }
    sdk->record(poll, position, "reading");
    sdk->set_text(poll, "instrument", serial, strlen(serial));
    sdk->set_timestamp(poll, "at", utc);
    sdk->set_float(poll, "pressure", pressure);
    sdk->set_int(poll, "strokes", strokes);
    sdk->set_bool(poll, "door_open", door != 0);
    sdk->set_duration(poll, "stroke_time", (int64_t)(stroke_s * 1e6));
    sdk->set_choice(poll, "mode", mode, strlen(mode));
    if (fields > 5) sdk->set_text(poll, "valve", valve, strlen(valve));
    if (fields > 6) sdk->set_role(poll, "user", user, strlen(user));
    sdk->push(poll);
}

/* The current input from its position on; false if the batch is full before its end. */
static bool read_lines(const labrelay_calls *sdk, labrelay_poll *poll) {
    uint64_t position = sdk->position(poll);
    char line[LINE_BYTES + 1];
    for (;;) {
        if (sdk->is_full(poll)) return false;
        int64_t bytes = sdk->read_at(poll, position, line, LINE_BYTES);
        if (bytes < 0) {
            sdk->refuse(poll, position, LABRELAY_READ_ERROR, NULL, 0);
            return true;
        }
        if (bytes == 0) return true;
        char *end = memchr(line, '\n', (size_t)bytes);
        size_t length = end ? (size_t)(end - line) : (size_t)bytes;
        line[length] = '\0';
        if (length > 0) {
            take(sdk, poll, position, line);
            lines_read++;
        }
        position += length + (end ? 1 : 0);
        sdk->set_position(poll, position);
    }
}

static int32_t pump_open(labrelay_site *site) {
    if (strstr(site->settings_json, "\"stop\"")) {
        site->bad_key = "stop";
        site->expected = "nothing: this plugin has no settings";
        return LABRELAY_BAD_SETTING;
    }
    return take_state(site->state, site->state_bytes);
}

static int32_t pump_poll(const labrelay_calls *sdk, labrelay_poll *poll) {
    while (!sdk->is_full(poll) && sdk->next_input(poll)) {
        if (read_lines(sdk, poll)) sdk->finish(poll);
    }
    keep_state(sdk, poll);
    return sdk->mistake(poll) == NULL ? 0 : 1;
}

static void pump_rewind(const uint8_t *state, size_t bytes) {
    take_state(state, bytes);
}

const labrelay_plugin_v1 labrelay_plugin = {
    .api = LABRELAY_C_API,
    .plugin_version = "1.2.3",
    .manifest = labrelay_manifest,
    .manifest_bytes = sizeof labrelay_manifest,
    .open = pump_open,
    .poll = pump_poll,
    .rewind = pump_rewind,
};
