-- Whose approval of a term it is: nobody approves for both teams. Of those given before only the name is known.
alter table term_approval add column account_id bigint;
