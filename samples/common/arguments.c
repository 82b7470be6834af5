/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arguments.h"

#include "output.h"

static const struct argument_option *find_option(const wchar_t *argument, const struct argument_option *options,
                                                 size_t count, const wchar_t **value)
{
    for (size_t i = 0; i < count; ++i)
    {
        const size_t length = wcslen(options[i].name);

        if (wcsncmp(argument, options[i].name, length) || (argument[length] && argument[length] != L'='))
            continue;
        *value = argument[length] ? argument + length + 1 : NULL;
        return &options[i];
    }
    return NULL;
}

static bool set_flag(const struct argument_option *option, const wchar_t *value)
{
    if (value)
    {
        output_error(L"%ls takes no value", option->name);
        return false;
    }
    *option->flag = true;
    return true;
}

static bool set_value(const struct argument_option *option, const wchar_t *value)
{
    if (!value || !*value)
    {
        output_error(L"%ls needs a value", option->name);
        return false;
    }
    if (*option->value)
    {
        output_error(L"%ls stands twice", option->name);
        return false;
    }
    *option->value = value;
    return true;
}

bool arguments_parse(int count, wchar_t **arguments, const struct argument_option *options, size_t option_count,
                     int *rest)
{
    const struct argument_option *option;
    const wchar_t *value;
    bool ended = false;

    *rest = 0;
    for (int i = 0; i < count; ++i)
    {
        /* "-" alone is the standard input's name. */
        if (ended || arguments[i][0] != L'-' || !arguments[i][1])
        {
            arguments[(*rest)++] = arguments[i];
            continue;
        }
        if (!wcscmp(arguments[i], L"--"))
        {
            ended = true;
            continue;
        }
        if (!(option = find_option(arguments[i], options, option_count, &value)))
        {
            output_error(L"unknown option \"%ls\"", arguments[i]);
            return false;
        }
        if (option->flag ? !set_flag(option, value)
                         : !set_value(option, !value && i + 1 < count ? arguments[++i] : value))
            return false;
    }
    return true;
}

bool arguments_parse_number(const wchar_t *text, unsigned long *out)
{
    unsigned long long value = 0;

    if (!*text)
        return false;
    for (; *text; ++text)
    {
        if (*text < L'0' || *text > L'9' || (value = value * 10 + (unsigned long long)(*text - L'0')) > 0xffffffff)
            return false;
    }
    *out = (unsigned long)value;
    return true;
}
