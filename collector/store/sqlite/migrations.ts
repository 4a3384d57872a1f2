/**
 * The schema, as steps that only go forward; a shipped step is never edited. `PRAGMA user_version`
 * is the number of steps done.
 *
 * Laid out for few dirtied pages, which is what a commit costs: events stand in their session
 * (clustered by session and place), ids are 16 bytes and time-ordered, repeated texts are numbers
 * into `text`. `first_at`, `end_ms` and the like are kept as offsets where that is shorter.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE site (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
    write_key TEXT NOT NULL, signing_secret TEXT NOT NULL, origins TEXT NOT NULL,
    generated INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE api_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL, site INTEGER, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sign_in (
    hash BLOB PRIMARY KEY, kind TEXT NOT NULL, expires_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE salt (day INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;
  CREATE TABLE model (
    version INTEGER PRIMARY KEY, yaml TEXT NOT NULL, note TEXT NOT NULL, published_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE rule (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE touch (
    id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL, source TEXT NOT NULL, medium TEXT NOT NULL, campaign TEXT
  ) STRICT;

  CREATE TABLE browser (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL, key BLOB NOT NULL, cookieless INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX browser_key ON browser (key, site);

  -- One browser in one person's hands. from_at is null for the first hold.
  CREATE TABLE visitor (
    id INTEGER PRIMARY KEY, browser INTEGER NOT NULL, from_at INTEGER, lead INTEGER,
    first_at INTEGER, last_at INTEGER, last_day INTEGER
  ) STRICT;
  CREATE INDEX visitor_browser ON visitor (browser);
  CREATE INDEX visitor_lead ON visitor (lead) WHERE lead IS NOT NULL;
  CREATE INDEX visitor_day ON visitor (last_day);

  -- end_ms and proven_ms count from start_at; landing_n is the place of the first page view.
  -- base_at is fixed when the session is opened: the times of its events count from it.
  CREATE TABLE session (
    id INTEGER PRIMARY KEY, browser INTEGER NOT NULL, key BLOB, base_at INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    end_ms INTEGER NOT NULL, proven_ms INTEGER, bot INTEGER, device INTEGER, landing_n INTEGER,
    touch INTEGER, next_n INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_browser ON session (browser);

  -- One page view that took time; n counts within the browser.
  CREATE TABLE view (
    browser INTEGER NOT NULL, n INTEGER NOT NULL, key BLOB NOT NULL, session INTEGER, url INTEGER,
    start_at INTEGER, engaged_ms INTEGER NOT NULL, mixed INTEGER NOT NULL,
    PRIMARY KEY (browser, n)
  ) STRICT, WITHOUT ROWID;

  -- at_ms counts from the session's base_at; delay_ms is receivedAt - at; view_ms is at - view_at.
  -- An id is unique within its browser, or within its site for cookieless events; probe.ts says how
  -- it is found again.
  CREATE TABLE event (
    session INTEGER NOT NULL, n INTEGER NOT NULL, id BLOB NOT NULL, probe INTEGER NOT NULL,
    type INTEGER NOT NULL, at_ms INTEGER NOT NULL, delay_ms INTEGER NOT NULL, human INTEGER NOT NULL,
    url INTEGER, referrer INTEGER, title INTEGER, view INTEGER, view_ms INTEGER,
    engaged_ms INTEGER, scroll INTEGER, props TEXT,
    PRIMARY KEY (session, n)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_probe ON event (probe);

  -- last_ms counts from the beginning of the day.
  CREATE TABLE bucket (
    visitor INTEGER NOT NULL, day INTEGER NOT NULL, rule INTEGER NOT NULL, count INTEGER NOT NULL,
    engaged_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    PRIMARY KEY (visitor, day, rule)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE claim (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, browser INTEGER NOT NULL,
    event BLOB NOT NULL, at INTEGER NOT NULL, user_id TEXT, email TEXT, strength TEXT NOT NULL,
    evidence TEXT NOT NULL, traits TEXT NOT NULL, lead INTEGER
  ) STRICT;
  CREATE INDEX claim_browser ON claim (browser);
  CREATE INDEX claim_email ON claim (email, site) WHERE email IS NOT NULL;
  CREATE INDEX claim_user ON claim (user_id, site) WHERE user_id IS NOT NULL;
  CREATE INDEX claim_lead ON claim (lead, at);

  -- changed is the number of the commit that last changed what the lead's score reads.
  CREATE TABLE lead (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL, email TEXT, user_id TEXT,
    verified INTEGER NOT NULL, traits TEXT NOT NULL, changed INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX lead_site ON lead (site);
  CREATE INDEX lead_changed ON lead (changed);
  CREATE TABLE lead_key (
    value TEXT NOT NULL, kind TEXT NOT NULL, site INTEGER NOT NULL, lead INTEGER NOT NULL,
    PRIMARY KEY (value, kind, site)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lead_key_lead ON lead_key (lead);

  CREATE TABLE rejected (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, code TEXT NOT NULL,
    detail TEXT NOT NULL, sample TEXT NOT NULL, received_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE counter (
    site INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (site, name)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A claim may be void (its link was undone) or shared (by a link in an e-mail that was passed on);
  -- conflict is the lead its e-mail belongs to, where its user id is another's.
  ALTER TABLE claim ADD COLUMN link TEXT;
  ALTER TABLE claim ADD COLUMN void INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE claim ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE claim ADD COLUMN conflict INTEGER;
  CREATE INDEX claim_link ON claim (link, site) WHERE link IS NOT NULL;
  CREATE INDEX claim_conflict ON claim (id) WHERE conflict IS NOT NULL;
  -- from_at is null for a browser's first hold, to_at for its last; ids is JSON.
  CREATE TABLE unlink (
    id INTEGER PRIMARY KEY AUTOINCREMENT, browser INTEGER NOT NULL, lead INTEGER NOT NULL,
    from_at INTEGER, to_at INTEGER, at INTEGER NOT NULL, ids TEXT NOT NULL, author TEXT NOT NULL
  ) STRICT;
  CREATE INDEX unlink_browser ON unlink (browser);

  -- The sessions that give a visitor's first touch, its last, and the last that was not direct.
  ALTER TABLE visitor ADD COLUMN first_touch INTEGER;
  ALTER TABLE visitor ADD COLUMN last_touch INTEGER;
  ALTER TABLE visitor ADD COLUMN last_non_direct INTEGER;
  CREATE TEMP TABLE touched AS
    SELECT v.id AS visitor, s.id AS session, s.start_at, t.channel FROM visitor v
    JOIN session s ON s.browser = v.browser AND s.bot IS NULL AND s.touch IS NOT NULL
      AND s.start_at >= coalesce(v.from_at, -9e15)
      AND s.start_at < coalesce((SELECT min(n.from_at) FROM visitor n WHERE n.browser = v.browser
        AND n.from_at > coalesce(v.from_at, -9e15)), 9e15)
    JOIN touch t ON t.id = s.touch;
  CREATE INDEX temp.touched_visitor ON touched (visitor, start_at, session);
  UPDATE visitor SET
    first_touch = (SELECT session FROM touched x WHERE x.visitor = visitor.id
      ORDER BY start_at, session LIMIT 1),
    last_touch = (SELECT session FROM touched x WHERE x.visitor = visitor.id
      ORDER BY start_at DESC, session DESC LIMIT 1),
    last_non_direct = (SELECT session FROM touched x WHERE x.visitor = visitor.id
      AND channel <> 'Direct' ORDER BY start_at DESC, session DESC LIMIT 1);
  DROP TABLE temp.touched;

  -- What the score and the clock have decided; look_at is when to look though nothing happens.
  ALTER TABLE lead ADD COLUMN stage TEXT NOT NULL DEFAULT 'lead';
  ALTER TABLE lead ADD COLUMN is_mql INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE lead ADD COLUMN mql_at INTEGER;
  ALTER TABLE lead ADD COLUMN below_since INTEGER;
  ALTER TABLE lead ADD COLUMN raised_at INTEGER;
  ALTER TABLE lead ADD COLUMN look_at INTEGER;
  UPDATE lead SET look_at = 0;
  CREATE INDEX lead_look ON lead (look_at) WHERE look_at IS NOT NULL;
  -- anchor is the lead's first claim when the row was written: where the claim goes, what was said goes,
  -- so that leads that turn out to be one, and then not, have their own back.
  CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lead INTEGER NOT NULL, anchor INTEGER NOT NULL, at INTEGER NOT NULL,
    from_stage TEXT NOT NULL, to_stage TEXT NOT NULL, decided_by TEXT NOT NULL,
    score_milli INTEGER NOT NULL, reasons TEXT NOT NULL, fit TEXT NOT NULL, model INTEGER NOT NULL,
    note TEXT
  ) STRICT;
  CREATE INDEX decision_lead ON decision (lead, at);
  CREATE INDEX decision_anchor ON decision (anchor);
  CREATE TABLE outcome (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lead INTEGER NOT NULL, anchor INTEGER NOT NULL, type TEXT NOT NULL,
    at INTEGER NOT NULL, value REAL, currency TEXT, reason TEXT, author TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outcome_lead ON outcome (lead, at);
  CREATE INDEX outcome_anchor ON outcome (anchor);
  CREATE TABLE adjustment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lead INTEGER NOT NULL, anchor INTEGER NOT NULL, milli INTEGER NOT NULL,
    label TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL
  ) STRICT;
  CREATE INDEX adjustment_lead ON adjustment (lead, at);
  CREATE INDEX adjustment_anchor ON adjustment (anchor);

  -- A published version scores from active_at on: when all that it counts has been counted.
  ALTER TABLE model ADD COLUMN author TEXT NOT NULL DEFAULT '';
  ALTER TABLE model ADD COLUMN active_at INTEGER;
  UPDATE model SET active_at = published_at;
  -- Number 0 counts the events of proven people, which no rule names.
  ALTER TABLE rule ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
  UPDATE rule SET counted = 1;
  INSERT INTO rule (id, name, counted) SELECT 0, 'activity', NOT EXISTS (SELECT 1 FROM event);
  ALTER TABLE site ADD COLUMN needs_signature INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- People who sign in with a password; role is owner, analyst or viewer.
  CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    password TEXT NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  -- Null where the admin key or a one-time link signed in: the owner.
  ALTER TABLE sign_in ADD COLUMN account INTEGER;
  ALTER TABLE api_key ADD COLUMN expires_at INTEGER;

  -- Events that could not be taken, or wait for a person's word; raw is the event as it came, and
  -- envelope what else of its delivery is needed to take it later.
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, browser BLOB, reason TEXT NOT NULL,
    raw TEXT NOT NULL, envelope TEXT NOT NULL, received_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX quarantine_received ON quarantine (received_at);

  -- What was erased, without what it was: the HMAC of a browser, an e-mail or a user id. Nothing that
  -- happened between from_at and to_at, up to erased_at, is taken again. Null is no bound.
  CREATE TABLE tombstone (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, hash BLOB NOT NULL,
    from_at INTEGER, to_at INTEGER, erased_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tombstone_hash ON tombstone (hash);
  -- Keys of this store's own, such as the one of its tombstones.
  CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  -- Copies that were made, so that whoever erases somebody is told where they still are.
  CREATE TABLE backup (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  -- How far a session's clock was off, as its first delivery said: receivedAt - sentAt.
  ALTER TABLE session ADD COLUMN skew_ms INTEGER;
  CREATE INDEX session_end ON session (start_at);
  CREATE INDEX rejected_received ON rejected (received_at);
  `,
  `
  -- Lists that people come back to: a name for the query of an address. The team's, not one person's.
  CREATE TABLE saved_view (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL,
    author TEXT NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  -- Who changed or read out what, by people and programs; subject is a public id and never an address.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, author TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT, detail TEXT
  ) STRICT;
  -- What the tag that Connect shows begins with: granted, pending or denied.
  ALTER TABLE site ADD COLUMN consent TEXT NOT NULL DEFAULT 'granted';
  `,
  `
  -- Where other systems are told of leads. events is JSON, null for all; site null for every one; secrets are
  -- sealed. state is on, off (by hand) or gone (it answered 410); failures counts tries in a row.
  CREATE TABLE webhook (
    id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL, events TEXT, site INTEGER,
    full INTEGER NOT NULL, secret TEXT NOT NULL, former_secret TEXT, former_until INTEGER,
    state TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER,
    paused_until INTEGER, created_at INTEGER NOT NULL
  ) STRICT;
  -- The outbox. key is the message's id for its receiver. lane is the lead whose order it keeps, which is
  -- another than lead when that was merged; state is waiting, delivered or parked. Of the waiting ones of a
  -- lane only the first has due_at.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, webhook INTEGER NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL,
    lead INTEGER NOT NULL, lane INTEGER NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER, status INTEGER, error TEXT,
    told_at INTEGER NOT NULL, done_at INTEGER
  ) STRICT;
  CREATE INDEX message_webhook ON message (webhook, id);
  CREATE INDEX message_due ON message (webhook, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX message_waiting ON message (webhook, lane, id) WHERE state = 'waiting';
  CREATE INDEX message_parked ON message (webhook, id) WHERE state = 'parked';
  CREATE INDEX message_lane ON message (lane);
  CREATE INDEX message_lead ON message (lead);
  CREATE INDEX message_told ON message (told_at);
  -- How many messages one webhook was told of one lead.
  CREATE TABLE message_count (
    lead INTEGER NOT NULL, webhook INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (lead, webhook)
  ) STRICT, WITHOUT ROWID;
  -- The best bar of the score that was told of a lead; see crossings.ts.
  CREATE TABLE told_level (lead INTEGER PRIMARY KEY, level INTEGER NOT NULL) STRICT;
  `,
  `
  -- What a server calls a browser or an event, where that is no UUID: key and id are hashes of it.
  ALTER TABLE browser ADD COLUMN external TEXT;
  ALTER TABLE event ADD COLUMN external TEXT;
  -- By a server's word, which needs no proof and makes no visit; 0 is a browser's. Gap sessions are of one kind.
  ALTER TABLE event ADD COLUMN server INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE session ADD COLUMN server INTEGER NOT NULL DEFAULT 0;
  -- The feed of what changed of leads, in the order of its commits. type is as webhooks name it, or
  -- lead.score_changed, of which only the newest row of a lead is kept; body is JSON.
  CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lead INTEGER NOT NULL, site INTEGER NOT NULL, type TEXT NOT NULL,
    at INTEGER NOT NULL, body TEXT
  ) STRICT;
  CREATE INDEX change_lead ON change (lead);
  -- Links in e-mails: code is what stands in the address, beside its signature.
  CREATE TABLE email_link (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, code TEXT NOT NULL UNIQUE, user_id TEXT,
    email TEXT, target TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX email_link_email ON email_link (email) WHERE email IS NOT NULL;
  CREATE INDEX email_link_user ON email_link (user_id) WHERE user_id IS NOT NULL;
  -- Where providers of e-mail send their events; secret is sealed, mapping is JSON.
  CREATE TABLE intake (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE, secret TEXT, mapping TEXT, created_at INTEGER NOT NULL
  ) STRICT;
  -- CRMs that are kept up to date: settings is JSON, secret is sealed; cursor is the last change that they have.
  CREATE TABLE crm (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER, kind TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL,
    secret TEXT NOT NULL, cursor INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'on', error TEXT,
    failing_since INTEGER, synced_at INTEGER, created_at INTEGER NOT NULL
  ) STRICT;
  -- What a webhook's receiver reads: standard, slack or template.
  ALTER TABLE webhook ADD COLUMN format TEXT NOT NULL DEFAULT 'standard';
  ALTER TABLE webhook ADD COLUMN template TEXT;
  -- How far a file was imported, so that it may be gone on with; name is the hash of what is imported and how.
  CREATE TABLE import_run (
    name TEXT PRIMARY KEY, place INTEGER NOT NULL, report TEXT NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Of the feed only what happens once has a row in change, with the number of its commit. What is said of a
  -- score is the lead itself, by its own changed: there is never more than its newest, and it costs no row.
  ALTER TABLE change ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX change_changed ON change (changed);
  -- When that was; null where it was not noted.
  ALTER TABLE lead ADD COLUMN changed_at INTEGER;
  INSERT INTO change (lead, site, type, at, changed)
    SELECT id, site, 'lead.identified',
      coalesce((SELECT min(at) FROM claim WHERE claim.lead = lead.id AND void = 0), 0), changed
    FROM lead ORDER BY changed, id;
  -- What a write was answered, for whoever sends it again with its Idempotency-Key; sealed for them alone.
  CREATE TABLE answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL, until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX answer_until ON answer (until);
  -- Where a webhook's address is a secret itself: it, sealed; url then shows where it leads.
  ALTER TABLE webhook ADD COLUMN target TEXT;
  -- The UTC day on which that was noted; 0 where it was before days were kept.
  ALTER TABLE told_level ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
  `,
]
