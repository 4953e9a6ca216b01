-- Nothing that both engines share: SQLite's index alone has to be told which beginnings are asked for.
SELECT 1;
