/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of wmdrm-service: what each command does, says and returns.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/check.h"
#include "engine/format/answer.h"
#include "service/command_fixture.h"
#include "service/hex.h"

static int make_empty(void **state)
{
    (void)state;
    sandbox_create(&sandbox, false);
    return 0;
}

/* --- the program ------------------------------------------------------------------------------------------ */

static void program__explains_itself(void **state)
{
    static const char *const commands[] = {
        "init", "anchor", "status", "publish", "policy", "machines", "revoke", "list", "certify", "serve",
    };
    char words[64];
    size_t i;

    (void)state;
    RUN(&outcome, "--help");
    for (i = 0; i < COUNT(commands); ++i)
        assert_says(commands[i]);
    for (i = 0; i < COUNT(commands); ++i)
    {
        RUN(&outcome, commands[i], "--help");
        snprintf(words, sizeof(words), "usage: wmdrm-service %s --data DIR", commands[i]);
        assert_says(words);
        RUN(&outcome, commands[i]);
        assert_fails(2, "--data DIR is missing");
        RUN(&outcome, commands[i], "--data", sandbox.data, "--nonsense");
        assert_fails(2, "there is no option --nonsense");
        RUN(&outcome, commands[i], "--data", sandbox.data, "-xy");
        assert_fails(2, "there is no option -xy");
        RUN(&outcome, commands[i], "--data", sandbox.data, "surplus");
        assert_fails(2, "\"surplus\" is one argument too many");
        RUN(&outcome, commands[i], "--data");
        assert_fails(2, "--data needs a value");
    }
    RUN(&outcome, "--version");
    assert_says("wmdrm-service 0.");
    RUN(&outcome, "dance");
    assert_fails(2, "there is no command \"dance\"");
    run_service_command(&outcome, NULL, (const char *const[]){NULL});
    assert_fails(2, "usage:");
}

static void program__needs_a_service(void **state)
{
    static const char *const commands[] = {"anchor", "status", "machines", "serve"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(commands); ++i)
    {
        RUN(&outcome, commands[i], "--data", sandbox.data);
        assert_fails(1, "make a service with 'wmdrm-service init --data");
    }
}

/* What cannot be written is no success. */
static void program__full_output_is_a_failure(void **state)
{
    static const char *const commands[] = {"status", "machines"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(commands); ++i)
    {
        run_service_into(&outcome, "/dev/full",
                         (const char *const[]){commands[i], "--data", sandbox.data, "--json", NULL});
        assert_fails(1, "the standard output cannot be written: No space left on device");
    }
    run_service_into(&outcome, "/dev/full", (const char *const[]){"--help", NULL});
    assert_fails(1, "the standard output cannot be written");
    run_service_into(&outcome, "/dev/full",
                     (const char *const[]){"list", "--data", sandbox.data, "--type", "GRL", "--output", "-", NULL});
    assert_fails(1, "-: No space left on device");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--log", "/no/such/folder/log");
    assert_fails(1, "/no/such/folder/log: No such file or directory");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "GRL", "--output", "/dev/full/x");
    assert_fails(1, "Not a directory");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "GRL", "--output", sandbox_path(&sandbox, "no/list"));
    assert_fails(1, "No such file or directory");
}

/* --- init, anchor, status ---------------------------------------------------------------------------------- */

static void init__makes_a_service_once(void **state)
{
    char anchor[128];
    struct stat status;

    (void)state;
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "Archive of Example");
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strlen(outcome.out), 65);
    assert_int_equal(strspn(outcome.out, "0123456789abcdef"), 64);
    strcpy(anchor, outcome.out);
    assert_int_equal(stat(sandbox.data, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "holds a service already");
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_string_equal(outcome.out, anchor);
}

static void init__refuses_bad_names_and_places(void **state)
{
    char name[DRM_CERTIFICATE_NAME_SIZE + 2];
    struct stat status;

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    RUN(&outcome, "init", "--data", sandbox.data, "--name", name);
    assert_fails(2, "--name takes 1 to 128 bytes");
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "");
    assert_fails(2, "--name takes 1 to 128 bytes");
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "\xff");
    assert_fails(2, "UTF-8");
    assert_int_not_equal(stat(sandbox.data, &status), 0); /* refused before anything was made */
    RUN(&outcome, "init", "--data", sandbox_path(&sandbox, "no/folder"));
    assert_fails(1, "No such file or directory");
    sandbox_write(&sandbox, "data", "x", 1);
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "Not a directory");
}

/* An init that was killed between the key and the authority is finished by the next one, with the same key. */
static void init__is_finished_by_the_next(void **state)
{
    (void)state;
    RUN_WELL("init", "--data", sandbox.data);
    assert_int_equal(unlink(sandbox_path(&sandbox, "data/authority.db")), 0);
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_fails(1, "has a key but no authority");
    RUN_WELL("init", "--data", sandbox.data);
    RUN_WELL("anchor", "--data", sandbox.data);
}

static void init__passphrase_is_needed_from_then_on(void **state)
{
    const char *right = sandbox_path(&sandbox, "right"), *wrong = sandbox_path(&sandbox, "wrong");
    char anchor[128];

    (void)state;
    sandbox_write(&sandbox, "right", "open sesame\n", 12);
    sandbox_write(&sandbox, "wrong", "open barley\n", 12);
    sandbox_write(&sandbox, "empty", "\n", 1);
    RUN(&outcome, "init", "--data", sandbox.data, "--passphrase-file", sandbox_path(&sandbox, "empty"));
    assert_fails(1, "the first line is empty");
    RUN(&outcome, "init", "--data", sandbox.data, "--passphrase-file", right);
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strlen(outcome.out), 65);
    strcpy(anchor, outcome.out);
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_fails(1, "give its passphrase with --passphrase-file");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", wrong);
    assert_fails(1, "does not open with the passphrase in");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", sandbox_path(&sandbox, "none"));
    assert_fails(1, "No such file or directory");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", right);
    assert_string_equal(outcome.out, anchor);
}

static void status__shows_a_new_service(void **state)
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    char words[128], digits[65];

    (void)state;
    sandbox_anchor(&sandbox, anchor);
    hex_write(anchor, sizeof(anchor), digits);
    RUN(&outcome, "status", "--data", sandbox.data);
    snprintf(words, sizeof(words), "trust anchor  %s\n", digits);
    assert_says(words);
    assert_says("version       2.10\n");
    assert_says("component     none\n");
    assert_says("machines      0, with 0 certificates ever\n");
    assert_says("limit         none\n");
    assert_says("list GRL      version 1, 0 entries\n");
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    snprintf(words, sizeof(words), "\"anchor\": \"%s\"", digits);
    assert_says(words);
    assert_says("\"component\": null");
    assert_says("{\"type\": \"REVINFO\", \"version\": 1, \"entries\": 5}");
}

static void status__says_what_is_broken(void **state)
{
    (void)state;
    assert_int_equal(chmod(sandbox_path(&sandbox, "data/service.key"), 0644), 0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "chmod 600");
    sandbox_write(&sandbox, "data/service.key", "rubbish", 7);
    assert_int_equal(chmod(sandbox_path(&sandbox, "data/service.key"), 0600), 0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "is damaged: restore it from a backup");
    /* Another service's key. */
    assert_int_equal(unlink(sandbox_path(&sandbox, "data/service.key")), 0);
    RUN_WELL("init", "--data", sandbox_path(&sandbox, "other"));
    assert_int_equal(rename(sandbox_path(&sandbox, "other/service.key"), sandbox_path(&sandbox, "data/service.key")),
                     0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "not the key that this folder was made with");
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "not the key that this folder was made with");
    sandbox_write(&sandbox, "data/authority.db", "this is no database, and long enough to be looked at as one", 59);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "restore the folder from a backup");
}

/* --- publish, policy -------------------------------------------------------------------------------------- */

static void publish__goes_forward_only(void **state)
{
    (void)state;
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11");
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.9");
    assert_fails(1, "a newer version is published already");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("version       2.11\n");
    RUN(&outcome, "publish", "--data", sandbox.data);
    assert_fails(2, "--version is missing");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "two");
    assert_fails(2, "\"two\" is no version");
}

static void publish__component_is_kept_and_replaced(void **state)
{
    const char *component = sandbox_path(&sandbox, "player.bin"), *link = sandbox_path(&sandbox, "link");
    const char *empty = sandbox_path(&sandbox, "empty");

    (void)state;
    sandbox_write(&sandbox, "player.bin", "component", 9);
    sandbox_write(&sandbox, "empty", "", 0);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component", component);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("component     player.bin, 9 bytes\n");
    /* It is a copy: the original may go. A link is as good as a file. */
    assert_int_equal(symlink(component, link), 0);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component", link, "--component-name",
             "Pl\"ayer");
    assert_int_equal(unlink(component), 0);
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    assert_says("\"component\": {\"name\": \"Pl\\\"ayer\", \"size\": 9}");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", component);
    assert_fails(1, "No such file or directory");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", sandbox.folder);
    assert_fails(1, "a component is an ordinary file");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", empty);
    assert_fails(1, "a component has 1 to 268435456 bytes, this one 0");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component-name", "x");
    assert_fails(2, "give it with --component");
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.12");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("component     none\n");
}

static void publish__too_large_component_is_refused(void **state)
{
    const char *large = sandbox_path(&sandbox, "large");

    (void)state;
    sandbox_write(&sandbox, "large", "", 0);
    assert_int_equal(truncate(large, (off_t)DRM_COMPONENT_MAX_SIZE + 1), 0);
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", large);
    assert_fails(1, "a component has 1 to 268435456 bytes, this one 268435457");
}

static void policy__changes_what_is_given(void **state)
{
    char url[DRM_ANSWER_URL_SIZE + 16] = "http://h/";

    (void)state;
    RUN_WELL("policy", "--data", sandbox.data, "--individualizations-per-day", "5", "--renewal-url",
             "https://r.example/");
    RUN_WELL("policy", "--data", sandbox.data, "--license-url", "https://l.example/x?y");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("limit         5 individualizations a machine and day\n");
    assert_says("renewal URL   https://r.example/\n");
    assert_says("license URL   https://l.example/x?y\n");
    RUN_WELL("policy", "--data", sandbox.data, "--renewal-url", "", "--individualizations-per-day", "0");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("limit         none\n");
    assert_says("renewal URL   none\n");
    assert_says("license URL   https://l.example/x?y\n");

    RUN(&outcome, "policy", "--data", sandbox.data);
    assert_fails(2, "there is nothing to change");
    RUN(&outcome, "policy", "--data", sandbox.data, "--individualizations-per-day", "-1");
    assert_fails(2, "takes a whole number");
    RUN(&outcome, "policy", "--data", sandbox.data, "--individualizations-per-day", "5x");
    assert_fails(2, "takes a whole number");
    RUN(&outcome, "policy", "--data", sandbox.data, "--license-url", "ftp://l.example/");
    assert_fails(2, "--license-url takes an http: or https: URL");
    memset(url + strlen(url), 'x', DRM_ANSWER_URL_SIZE);
    RUN(&outcome, "policy", "--data", sandbox.data, "--license-url", url);
    assert_fails(2, "--license-url takes an http: or https: URL");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("license URL   https://l.example/x?y\n");
}

/* --- serve ------------------------------------------------------------------------------------------------ */

static void serve__refuses_bad_options(void **state)
{
    (void)state;
#define SERVE(...) RUN(&outcome, "serve", "--data", sandbox.data, "--log", sandbox_path(&sandbox, "log"), __VA_ARGS__)
    SERVE("--port", "65536");
    assert_fails(2, "--port takes a whole number from 0 to 65535");
    SERVE("--threads", "0");
    assert_fails(2, "--threads takes");
    SERVE("--timeout", "never");
    assert_fails(2, "--timeout takes");
    SERVE("--tls-key", "k");
    assert_fails(2, "--tls-certificate and --tls-key go together");
    SERVE("--port", "0", "--public-url", "https://drm.example/service?for=all");
    assert_fails(2, "--public-url takes an http: or https: URL without");
    SERVE("--port", "0", "--public-url", "https://user@drm.example/");
    assert_fails(2, "--public-url takes an http: or https: URL without");
    SERVE("--fault", "nonsense");
    assert_fails(2, "there is no fault \"nonsense\"");
    SERVE("--address", "localhost");
    assert_fails(1, "\"localhost\" is no numeric address");
    SERVE("--address", "192.0.2.1");
    assert_fails(1, "this machine has no such address");
    SERVE("--port", "0", "--tls-certificate", "/none", "--tls-key", "/none");
    assert_fails(1, "/none: No such file or directory");
    sandbox_write(&sandbox, "pem", "rubbish", 7);
    SERVE("--port", "0", "--tls-certificate", sandbox_path(&sandbox, "pem"), "--tls-key",
          sandbox_path(&sandbox, "pem"));
    assert_fails(1, "the HTTP server does not start");
    SERVE("--port", "0", "--port-file", "/no/such/folder/port");
    assert_fails(1, "/no/such/folder/port: No such file or directory");
#undef SERVE
}

/* In a process of its own: what it may have no more it never gets back. */
static void serve__needs_files_for_its_connections(void **state)
{
    static const struct rlimit few = {.rlim_cur = 200, .rlim_max = 200};
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (!child)
    {
        if (setrlimit(RLIMIT_NOFILE, &few))
            _exit(2);
        RUN(&outcome, "serve", "--data", sandbox.data, "--port", "0", "--connections", "512");
        _exit(outcome.exit_code != 1
              || !strstr(outcome.err, "--connections 512 takes 576 open files, and this process may have 200"));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(program__explains_itself, make_service, remove_service),
        cmocka_unit_test_setup_teardown(program__needs_a_service, make_empty, remove_service),
        cmocka_unit_test_setup_teardown(program__full_output_is_a_failure, make_service, remove_service),
        cmocka_unit_test_setup_teardown(init__makes_a_service_once, make_empty, remove_service),
        cmocka_unit_test_setup_teardown(init__refuses_bad_names_and_places, make_empty, remove_service),
        cmocka_unit_test_setup_teardown(init__is_finished_by_the_next, make_empty, remove_service),
        cmocka_unit_test_setup_teardown(init__passphrase_is_needed_from_then_on, make_empty, remove_service),
        cmocka_unit_test_setup_teardown(status__shows_a_new_service, make_service, remove_service),
        cmocka_unit_test_setup_teardown(status__says_what_is_broken, make_service, remove_service),
        cmocka_unit_test_setup_teardown(publish__goes_forward_only, make_service, remove_service),
        cmocka_unit_test_setup_teardown(publish__component_is_kept_and_replaced, make_service, remove_service),
        cmocka_unit_test_setup_teardown(publish__too_large_component_is_refused, make_service, remove_service),
        cmocka_unit_test_setup_teardown(policy__changes_what_is_given, make_service, remove_service),
        cmocka_unit_test_setup_teardown(serve__refuses_bad_options, make_service, remove_service),
        cmocka_unit_test_setup_teardown(serve__needs_files_for_its_connections, make_service, remove_service),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service commands", tests, NULL, NULL);
}
