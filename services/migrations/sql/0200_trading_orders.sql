-- Up Migration

ALTER TABLE public.instruments SET SCHEMA trading;
ALTER TABLE public.orders SET SCHEMA trading;

GRANT SELECT ON trading.instruments TO trading;
GRANT SELECT, INSERT ON trading.orders TO trading;

-- Down Migration

REVOKE ALL ON trading.instruments, trading.orders FROM trading;
ALTER TABLE trading.orders SET SCHEMA public;
ALTER TABLE trading.instruments SET SCHEMA public;
