-- The child's screening beyond plain forms: answers that a device kept while it had no network, and cards with a link.

-- Which device kept the answer, under which number of its own count, and how long the child took for it. Null for an
-- answer that came as a form, which is saved before the next page is shown and needs no replay.
alter table responses add column client uuid;
alter table responses add column client_seq bigint;
alter table responses add column seconds bigint;
-- A device sends what it is not sure of again and again: each of its answers stands once.
create unique index responses_once on responses (administration_id, item, client, client_seq) where client is not null;

-- HMAC-SHA-256 of the 128 random bits in a card's QR link, beside the hash of the code that is typed.
alter table cards add column link_hash bytea;
create unique index cards_by_link on cards (link_hash) where link_hash is not null;
