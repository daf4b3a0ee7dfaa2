-- People, how they prove who they are, and what happened around that.

create table account (
  id bigint primary key,
  email text not null,
  -- lower case: what two addresses are one by
  email_key text not null unique,
  name text not null,
  -- marketing or sales; null is a viewer
  team text,
  head bigint not null default 0,
  admin bigint not null default 0,
  -- argon2id in the PHC format; null until one is chosen
  password text,
  -- base32; in force once confirmed
  totp_secret text,
  totp_confirmed_at bigint,
  -- the time step (30 s) of the last code that was taken: each is good once
  totp_step bigint not null default 0,
  created_at bigint not null,
  disabled_at bigint,
  -- 1: one of the invented people of the sample company, who come and go with it
  sample bigint not null default 0
);

-- Codes on paper for when the authenticator is lost. A used one is deleted.
create table recovery_code (
  account_id bigint not null references account (id),
  digest text not null,
  primary key (account_id, digest)
);

-- Browsers in which somebody is signed in.
create table session (
  id bigint primary key,
  digest text not null unique,
  account_id bigint not null references account (id),
  created_at bigint not null,
  seen_at bigint not null,
  address text not null,
  agent text not null
);
create index session_account on session (account_id);

-- Links and steps that are good for one time. A used one is deleted.
create table one_time (
  digest text primary key,
  kind text not null,
  account_id bigint references account (id),
  made_by bigint references account (id),
  made_at bigint not null,
  expires_at bigint not null,
  -- JSON: what the kind needs (invite: team and flags)
  detail text not null
);

-- Who somebody is at a provider of OpenID Connect. Never joined by mail address: two providers may know one each.
create table identity (
  issuer text not null,
  subject text not null,
  account_id bigint not null references account (id),
  primary key (issuer, subject)
);

-- What happened around accounts; seen by the person and by admins.
create table security_event (
  id bigint primary key,
  at bigint not null,
  account_id bigint references account (id),
  kind text not null,
  address text not null,
  agent text not null
);
create index security_event_account on security_event (account_id, id);

insert into counter (name, n) values ('account', 0), ('session', 0), ('security_event', 0);

-- The day that weeks begin with: monday, saturday or sunday.
alter table workspace add column week_start text not null default 'monday';
