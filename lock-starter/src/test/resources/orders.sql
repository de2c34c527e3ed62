create table "ORDER" (id bigint primary key, customer varchar(20));
