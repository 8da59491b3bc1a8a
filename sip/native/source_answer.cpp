#include "source_answer.h"

#include <pjsua-lib/pjsua.h>

namespace telefoon {

namespace {

bool fits(pjsip_tx_data *answer, const pjsip_rx_data *rdata)
{
    return pjsip_tx_data_encode(answer) == PJ_SUCCESS && (PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport) ||
                                                          answer->buf.cur - answer->buf.start <= rdata->msg_info.len);
}

// The first of several challenges is the strongest.
pjsip_hdr *last_of_several_challenges(const pjsip_msg *answer)
{
    pjsip_hdr *first = (pjsip_hdr *)pjsip_msg_find_hdr(answer, PJSIP_H_WWW_AUTHENTICATE, NULL), *last = first;
    for (pjsip_hdr *next = first; next;
         next = (pjsip_hdr *)pjsip_msg_find_hdr(answer, PJSIP_H_WWW_AUTHENTICATE, last->next)) {
        last = next;
        if (last->next == &answer->hdr)
            break;
    }
    return last == first ? NULL : last;
}

} // namespace

void answer_at_source(pjsip_rx_data *rdata, int code, const pjsip_hdr *headers)
{
    if (rdata->msg_info.msg->line.req.method.id == PJSIP_ACK_METHOD)
        return;
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pjsip_tx_data *answer;
    if (pjsip_endpt_create_response(endpoint, rdata, code, NULL, &answer) != PJ_SUCCESS)
        return;
    for (const pjsip_hdr *each = headers ? headers->next : NULL; each && each != headers; each = each->next)
        pjsip_msg_add_hdr(answer->msg, (pjsip_hdr *)pjsip_hdr_clone(answer->pool, each));

    pjsip_response_addr source;
    pj_bzero(&source, sizeof(source));
    source.transport = rdata->tp_info.transport;
    pj_sockaddr_cp(&source.addr, &rdata->pkt_info.src_addr);
    source.addr_len = rdata->pkt_info.src_addr_len;
    source.dst_host.type = (pjsip_transport_type_e)rdata->tp_info.transport->key.type;

    while (!fits(answer, rdata)) {
        pjsip_hdr *challenge = last_of_several_challenges(answer->msg);
        if (!challenge) {
            pjsip_tx_data_dec_ref(answer);
            return;
        }
        pj_list_erase(challenge);
        pjsip_tx_data_invalidate_msg(answer);
    }
    if (pjsip_endpt_send_response(endpoint, &source, answer, NULL, NULL) != PJ_SUCCESS)
        pjsip_tx_data_dec_ref(answer);
}

void ask_to_try_again(pjsip_rx_data *rdata, int after_s)
{
    pjsip_hdr headers;
    pj_list_init(&headers);
    pj_list_push_back(&headers, pjsip_retry_after_hdr_create(rdata->tp_info.pool, after_s));
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, PJSIP_SC_SERVICE_UNAVAILABLE, NULL, &headers, NULL);
}

} // namespace telefoon
