-- Walls between districts stand on PostgreSQL alone; there this one makes them cheaper.
select 1;
