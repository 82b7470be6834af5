/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_xml, each of which returns the number of its tests that failed, and what they share.
 */
#ifndef WMDRM_TESTS_XML_TESTS_H
#define WMDRM_TESTS_XML_TESTS_H

#include "engine/base/bytes.h"

int run_xml_base64_tests(void);
int run_xml_reader_tests(void);
int run_xml_header_tests(void);
int run_xml_request_tests(void);
int run_xml_form_tests(void);
int run_xml_response_tests(void);
int run_xml_deletion_tests(void);

/* What a reader of text does: the result, after it freed what it read. */
typedef drm_result xml_read_function(struct drm_span text);

/* Reads a copy that ends where its block ends. */
drm_result xml_read_text(xml_read_function *read, const char *text);

/* Fails unless every beginning of text that is shorter than it is refused with the result. */
void xml_check_truncations(xml_read_function *read, const char *text, drm_result result);

/* Texts that no reader takes: nothing, other encodings, DOCTYPEs with and without entities, two roots, deep nesting,
 * long names, bytes that are no UTF-8. Fails unless each is refused with the result. root: the name that the reader
 * wants. */
void xml_check_bad_texts(xml_read_function *read, const char *root, drm_result result);

/* Reads count mutations of text: fails unless each is taken or refused with one of the results (which end with 0). */
void xml_check_mutations(xml_read_function *read, const char *text, unsigned int count, const drm_result *results);

#endif
