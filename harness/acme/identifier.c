/* SPDX-License-Identifier: MIT */
#include "acme/identifier.h"

#include <arpa/inet.h>

bool identifier_is_ip(str name)
{
    unsigned char address[16];
    char text[64];
    if (name.len >= sizeof text)
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return inet_pton(AF_INET, text, address) == 1
        || inet_pton(AF_INET6, text, address) == 1;
}

str identifier_text(struct arena *a, str name)
{
    unsigned char address[16];
    char text[64];
    return identifier_is_ip(name) && inet_pton(AF_INET6, str_z(a, name), address) == 1
            && inet_ntop(AF_INET6, address, text, sizeof text)
        ? str_copy(a, str_of(text))
        : name;
}

json_t *identifier_of(struct arena *a, str name)
{
    json_t *identifier = json_keep(a, json_object());
    json_object_set(identifier, "type",
                    json_string_of(a, identifier_is_ip(name) ? STR("ip") : STR("dns")));
    json_object_set(identifier, "value", json_string_of(a, name));
    return identifier;
}

void identifier_into_csr(struct arena *a, struct csr_spec *spec, str name)
{
    strs_add(a, identifier_is_ip(name) ? &spec->ip_addresses : &spec->dns_names, name);
}
