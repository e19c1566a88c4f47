/*
 * labrelay.h: a collector plugin in C or C++.
 *
 * A plugin reads what the host hands it and gives records that its manifest declares. It opens no file, no socket and no
 * process: it runs in a sandbox that has none of them, and what it needs it gets through the calls below.
 *
 * A library is made of your own code and of `liblabrelay_c.a`, which has all that is not the instrument's: the channel
 * to the host, positions, and the matching of log lines. Your code defines one thing, `labrelay_plugin`:
 *
 *     const labrelay_plugin_v1 labrelay_plugin = {
 *         .api = LABRELAY_C_API,
 *         .plugin_version = "1.0.0",
 *         .manifest = labrelay_manifest, .manifest_bytes = sizeof labrelay_manifest,
 *         .open = my_open, .poll = my_poll, .rewind = my_rewind,
 *     };
 *
 * `labrelay manifest embed FILE` prints `labrelay_manifest` as C. docs/c-plugins.md has the commands for building.
 *
 * Rules that hold for all of it:
 *  - All functions are called by one thread, one after the other. Nothing keeps a pointer that it was given.
 *  - No exception and no longjmp may leave a function of yours.
 *  - `stream` and `field` are names as the manifest has them, ending in NUL. Texts of instruments come with their length
 *    in bytes and need no NUL.
 *  - A mistake, such as a field that the manifest does not declare, makes the poll fail once it returns; calls after it
 *    do nothing, and `mistake` says what it was.
 *  - This file only grows at its end: `api` tells which version a plugin was written for.
 *
 * The other side of every declaration stands in sdk/abi/src/c; a test compares the two.
 */
#ifndef LABRELAY_H
#define LABRELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. */
#define LABRELAY_C_API 1

/* Why a unit was refused or left out: docs/reasons.md. Numbers are never reused. */
enum {
    LABRELAY_NOT_THIS_FORMAT = 32, /* refuse: it is something else */
    LABRELAY_TRUNCATED = 33,       /* refuse: it ends too early */
    LABRELAY_BAD_HEADER = 34,      /* refuse: what says how to read it is wrong */
    LABRELAY_BAD_TEXT = 35,        /* refuse: its text can't be decoded */
    LABRELAY_CONTRADICTION = 36,   /* refuse: two parts of it disagree */
    LABRELAY_OVER_BOUND = 37,      /* refuse: it is larger than a unit may be */
    LABRELAY_READ_ERROR = 38,      /* refuse: the system can't read it */
    LABRELAY_INCOMPLETE = 39,      /* refuse: something in it is missing */
    LABRELAY_UNPARSABLE = 40,      /* refuse: anything else */
    LABRELAY_SPECIMEN = 64,        /* drop: it is about a patient's specimen, and no stream takes it */
    LABRELAY_OTHER_FAMILY = 65,    /* drop: another instrument wrote it */
    LABRELAY_EMPTY = 67            /* drop: there is nothing in it */
};

/* What `open` answers. */
enum {
    LABRELAY_READY = 0,
    LABRELAY_BAD_SETTING = 1, /* `bad_key` and `expected` of the site say which, and what should stand there */
    LABRELAY_BAD_STATE = 2    /* the saved state can't be read */
};

/* What a site has set, and where to go on. */
typedef struct labrelay_site {
    const char *settings_json;    /* the plugin's section of the configuration: a JSON object, ending in NUL */
    const char *zone;             /* IANA name of the zone in which the instrument's clock stands */
    const uint8_t *state;         /* what `set_state` was last given and is committed; NULL at the first start */
    size_t state_bytes;
    const char *bad_key;          /* for the answer LABRELAY_BAD_SETTING; both must outlive the call */
    const char *expected;
} labrelay_site;

/* The poll that is going on. */
typedef struct labrelay_poll labrelay_poll;

/* What a plugin may do within `poll`. */
typedef struct labrelay_calls {
    /* Whether to stop before the next unit: there may be no room for it, or the time is up. */
    bool (*is_full)(labrelay_poll *poll);
    /* The host's clock, microseconds since 1970 UTC. A plugin has no other. */
    int64_t (*now_us)(labrelay_poll *poll);
    /* From microseconds since 1970 as the instrument's clock shows them to UTC, by the site's zone. INT64_MIN outside
     * the years 1 to 9999. An hour that a clock shows twice is its first. */
    int64_t (*utc_us)(labrelay_poll *poll, int64_t shown_us);
    /* Whether a panel or tube of this name is QC at this site. The name itself must not go into a record. */
    bool (*is_qc)(labrelay_poll *poll, const char *name, size_t bytes);

    /* Goes to the next input; false if there is none. Inputs that are not finished come again at the next poll. */
    bool (*next_input)(labrelay_poll *poll);
    /* Of the current input: its source in the manifest; good until `next_input`. */
    const char *(*source)(labrelay_poll *poll);
    /* Its size in bytes. */
    uint64_t (*size)(labrelay_poll *poll);
    /* Where to go on: 0 in a new input, else as `set_position` said in the last poll that was committed. */
    uint64_t (*position)(labrelay_poll *poll);
    /* Keeps a position for the next poll, in the same commit as what this poll gives. */
    void (*set_position)(labrelay_poll *poll, uint64_t position);
    /* Reads up to `bytes` bytes from `offset` on: how many there were, 0 at the end, -1 if it can't be read. */
    int64_t (*read_at)(labrelay_poll *poll, uint64_t offset, void *buffer, size_t bytes);
    /* Everything in the current input is accounted for; it does not come again, and is current no more. */
    void (*finish)(labrelay_poll *poll);

    /* Begins a record that the unit at `position` of the current input gives. Positions ascend; several records of one
     * unit have the same one, and pass the host's check together or not at all. */
    void (*record)(labrelay_poll *poll, uint64_t position, const char *stream);
    /* Set a field of the record that was begun; one that is not set is left out. */
    void (*set_int)(labrelay_poll *poll, const char *field, int64_t value);
    void (*set_float)(labrelay_poll *poll, const char *field, double value);
    void (*set_bool)(labrelay_poll *poll, const char *field, bool value);
    void (*set_timestamp)(labrelay_poll *poll, const char *field, int64_t utc_us);
    void (*set_duration)(labrelay_poll *poll, const char *field, int64_t us);
    /* A code, version, lot or serial number. */
    void (*set_text)(labrelay_poll *poll, const char *field, const char *text, size_t bytes);
    /* An enum, by its word. */
    void (*set_choice)(labrelay_poll *poll, const char *field, const char *word, size_t bytes);
    /* A role, by a user's account, which itself goes nowhere. */
    void (*set_role)(labrelay_poll *poll, const char *field, const char *account, size_t bytes);
    /* A declared folder, by a path in it, which itself goes nowhere. */
    void (*set_path)(labrelay_poll *poll, const char *field, const char *path, size_t bytes);
    /* Ends the record. */
    void (*push)(labrelay_poll *poll);
    /* Ends the record by event, severity and slots of a log line (UTF-8), by the stream's catalogue. A line that fits no
     * template is refused, and kept sealed at the site. */
    void (*line)(labrelay_poll *poll, const char *text, size_t bytes);

    /* The unit at `position` can't be read: one of the reasons above, and what is worth keeping of it (64 KiB at most),
     * which the host seals unread. */
    void (*refuse)(labrelay_poll *poll, uint64_t position, uint32_t reason, const void *raw, size_t bytes);
    /* `units` units in a row, the first at `position`, are left out on purpose. */
    void (*drop)(labrelay_poll *poll, uint64_t position, uint32_t reason, uint64_t units);

    /* Keeps bytes of your own (32 KiB at most) from the commit of this poll on. Begin them with a version. */
    void (*set_state)(labrelay_poll *poll, const uint8_t *state, size_t bytes);
    /* What is wrong with a call that was made: a text that names stream and field, or NULL. Good until the next call. */
    const char *(*mistake)(labrelay_poll *poll);
} labrelay_calls;

/* A plugin. */
typedef struct labrelay_plugin_v1 {
    uint32_t api;               /* LABRELAY_C_API */
    const char *plugin_version; /* three numbers: "1.0.0" */
    const uint8_t *manifest;    /* the file that the host has as well, byte by byte */
    size_t manifest_bytes;
    /* Starts; called once. One of LABRELAY_READY, _BAD_SETTING, _BAD_STATE. */
    int32_t (*open)(labrelay_site *site);
    /* Reads until there is no input left or `is_full`. 0; anything else says that the plugin itself has failed. */
    int32_t (*poll)(const labrelay_calls *sdk, labrelay_poll *poll);
    /* The last poll was not committed: forget what came after `state` (NULL: after the first start). */
    void (*rewind)(const uint8_t *state, size_t state_bytes);
} labrelay_plugin_v1;

/* The one thing that your code defines. */
extern const labrelay_plugin_v1 labrelay_plugin;

#ifdef __cplusplus
}
#endif

#endif
