/* SPDX-License-Identifier: MIT */
/* Whole DNS messages by ldns.  What ldns cannot read is answered FORMERR from the header
 * alone, which we read ourselves. */
#include "mocks/dns.h"

#include <ldns/ldns.h>

#include "mocks/dns_ldns.h"

enum { HEADER = 12, PLAIN_ROOM = 512, EDNS_ROOM = 4096 };

CLEANUP(free_packet, ldns_pkt_free, ldns_pkt)
CLEANUP(free_rdf, ldns_rdf_deep_free, ldns_rdf)

static unsigned byte_at(str wire, size_t at)
{
    return (unsigned char)wire.ptr[at];
}

static ldns_pkt *packet_of(struct arena *a, str wire)
{
    ldns_pkt *packet = NULL;
    if (ldns_wire2pkt(&packet, (const uint8_t *)wire.ptr, wire.len) != LDNS_STATUS_OK)
        return NULL;
    arena_defer(a, free_packet, packet);
    return packet;
}

static bool question_of(struct arena *a, const ldns_pkt *packet, struct dns_question *out)
{
    const ldns_rr_list *list = ldns_pkt_question(packet);
    if (!list || ldns_rr_list_rr_count(list) != 1)
        return false;
    const ldns_rr *question = ldns_rr_list_rr(list, 0);
    const ldns_rdf *owner = ldns_rr_owner(question);
    str bytes = { (const char *)ldns_rdf_data(owner), ldns_rdf_size(owner) };
    out->owner = str_copy(a, bytes);
    out->spelling = dns_spelling(a, owner);
    out->name = dns_lower(a, out->spelling);
    out->type = (int)ldns_rr_get_type(question);
    out->class = (int)ldns_rr_get_class(question);
    return true;
}

/* RFC 6891 6.2.3: sizes below 512 mean 512. */
static size_t room_of(const ldns_pkt *packet)
{
    size_t said = ldns_pkt_edns_udp_size(packet);
    return said < PLAIN_ROOM ? PLAIN_ROOM : said > EDNS_ROOM ? EDNS_ROOM : said;
}

static int refusal_of(const struct dns_query *query, const ldns_pkt *packet)
{
    if (query->opcode != LDNS_PACKET_QUERY)
        return DNS_NOTIMP;
    /* RFC 6891 6.1.3: only version 0 is known. */
    if (query->edns && ldns_pkt_edns_version(packet) != 0)
        return DNS_BADVERS;
    return query->question.class == LDNS_RR_CLASS_IN ? DNS_NOERROR : DNS_REFUSES;
}

bool dns_query_read(struct arena *a, str wire, struct dns_query *out)
{
    *out = (struct dns_query){ .rcode = DNS_FORMERR, .room = PLAIN_ROOM };
    /* An answer must never be answered: two servers would play ball for ever. */
    if (wire.len < HEADER || byte_at(wire, 2) & 0x80)
        return false;
    out->id = (uint16_t)(byte_at(wire, 0) << 8 | byte_at(wire, 1));
    out->opcode = byte_at(wire, 2) >> 3 & 15;
    out->recursion_desired = byte_at(wire, 2) & 1;
    const ldns_pkt *packet = packet_of(a, wire);
    if (!packet || !question_of(a, packet, &out->question))
        return true;
    out->edns = ldns_pkt_edns(packet);
    out->room = room_of(packet);
    out->rcode = refusal_of(out, packet);
    return true;
}

bool dns_first_name(struct arena *a, str wire, str *name)
{
    ldns_rdf *owner = NULL;
    size_t at = HEADER;
    if (wire.len < HEADER || (byte_at(wire, 4) == 0 && byte_at(wire, 5) == 0))
        return false;
    if (ldns_wire2dname(&owner, (const uint8_t *)wire.ptr, wire.len, &at)
        != LDNS_STATUS_OK)
        return false;
    arena_defer(a, free_rdf, owner);
    *name = dns_lower(a, dns_spelling(a, owner));
    return true;
}

static ldns_rdf *owner_of(struct arena *a, const struct dns_question *question, str name)
{
    if (question->owner.len == 0 || !str_eq(name, question->name))
        return dns_owner(a, name);
    ldns_rdf *owner = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, question->owner.len,
                                            question->owner.ptr);
    arena_defer(a, free_rdf, owner);
    return owner;
}

static void push_question(struct arena *a, ldns_pkt *packet,
                          const struct dns_question *question)
{
    ldns_rr *rr = ldns_rr_new();
    ldns_rr_set_question(rr, true);
    ldns_rr_set_owner(rr, ldns_rdf_clone(owner_of(a, question, question->name)));
    ldns_rr_set_type(rr, (ldns_rr_type)question->type);
    ldns_rr_set_class(rr, (ldns_rr_class)question->class);
    ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, rr);
}

static void push_record(struct arena *a, ldns_pkt *packet, ldns_pkt_section section,
                        const struct dns_question *question,
                        const struct dns_record *record)
{
    const ldns_rdf *owner = owner_of(a, question, record->name);
    ldns_rr *rr = owner ? dns_record_to(owner, record, a) : NULL;
    if (rr)
        ldns_pkt_push_rr(packet, section, rr);
}

/* RFC 2308 3: the zone's SOA tells how long "no such record" may be remembered: not at
 * all, since the next provision may add it. */
static void push_soa(struct arena *a, ldns_pkt *packet,
                     const struct dns_question *question, str zone)
{
    struct err err;
    struct dns_record record;
    if (zone.len
        && dns_record_make(a, zone, DNS_SOA, STR(". . 1 60 60 60 0"), &record, &err))
        push_record(a, packet, LDNS_SECTION_AUTHORITY, question, &record);
}

static ldns_pkt *reply_packet(struct arena *a, const struct dns_query *query, int rcode)
{
    ldns_pkt *packet = ldns_pkt_new();
    arena_defer(a, free_packet, packet);
    ldns_pkt_set_id(packet, query->id);
    ldns_pkt_set_opcode(packet, (ldns_pkt_opcode)query->opcode);
    ldns_pkt_set_rd(packet, query->recursion_desired);
    ldns_pkt_set_qr(packet, true);
    ldns_pkt_set_aa(packet, true);
    /* We are all the DNS there is for who asks us, so recursion is not lacking. */
    ldns_pkt_set_ra(packet, true);
    ldns_pkt_set_rcode(packet, (uint8_t)(rcode & 15));
    if (query->edns) {
        ldns_pkt_set_edns_udp_size(packet, EDNS_ROOM);
        ldns_pkt_set_edns_extended_rcode(packet, (uint8_t)(rcode >> 4));
    }
    if (query->question.owner.len)
        push_question(a, packet, &query->question);
    return packet;
}

static str packet_bytes(struct arena *a, const ldns_pkt *packet)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (ldns_pkt2wire(&bytes, packet, &len) != LDNS_STATUS_OK)
        return STR_NONE;
    return dns_kept_bytes(a, bytes, len);
}

str dns_reply_write(struct arena *a, const struct dns_query *query,
                    const struct dns_reply *reply, size_t room)
{
    ldns_pkt *packet = reply_packet(a, query, reply->rcode);
    ldns_pkt_set_tc(packet, reply->cut);
    if (reply->cut)
        return packet_bytes(a, packet);
    for (size_t i = 0; i < reply->count; i++)
        push_record(a, packet, LDNS_SECTION_ANSWER, &query->question, &reply->item[i]);
    push_soa(a, packet, &query->question, reply->soa);
    str whole = packet_bytes(a, packet);
    if (whole.len && whole.len <= room)
        return whole;
    struct dns_reply cut = { .rcode = reply->rcode, .cut = true };
    return dns_reply_write(a, query, &cut, room);
}

bool dns_query_write(struct arena *a, uint16_t id, str name, int type, uint16_t edns_size,
                     str *wire, struct err *err)
{
    struct dns_question question = { .type = type, .class = LDNS_RR_CLASS_IN };
    if (!dns_name(a, name, &question.name))
        return err_set(err, "\"%.*s\" is not a domain name", STR_ARG(name));
    ldns_pkt *packet = ldns_pkt_new();
    arena_defer(a, free_packet, packet);
    ldns_pkt_set_id(packet, id);
    ldns_pkt_set_rd(packet, true);
    if (edns_size)
        ldns_pkt_set_edns_udp_size(packet, edns_size);
    push_question(a, packet, &question);
    *wire = packet_bytes(a, packet);
    return wire->len > 0 || err_set(err, "no query can be made for %.*s", STR_ARG(name));
}

bool dns_answer_read(struct arena *a, str wire, struct dns_answer *out)
{
    *out = (struct dns_answer){ 0 };
    ldns_pkt *packet = packet_of(a, wire);
    if (!packet || !ldns_pkt_qr(packet) || !question_of(a, packet, &out->question))
        return false;
    out->id = ldns_pkt_id(packet);
    /* RFC 6891 6.1.3: the OPT record holds the upper eight bits. */
    out->rcode =
        (int)ldns_pkt_get_rcode(packet) + 16 * ldns_pkt_edns_extended_rcode(packet);
    out->cut = ldns_pkt_tc(packet);
    const ldns_rr_list *list = ldns_pkt_answer(packet);
    size_t count = list ? ldns_rr_list_rr_count(list) : 0;
    out->item = NEW_ARRAY(a, struct dns_record, count);
    for (size_t i = 0; i < count; i++)
        if (!dns_record_of(a, ldns_rr_list_rr(list, i), &out->item[out->count++]))
            return false;
    return true;
}
