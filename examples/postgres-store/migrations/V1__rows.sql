-- Keys are bytes, the realm too: then any text is stored, and order never depends on a collation.
CREATE TABLE slotlink_rows (
    realm bytea NOT NULL,
    partition bytea NOT NULL,
    sort bytea NOT NULL,
    version bigint NOT NULL,
    schema integer NOT NULL,
    -- As it was given, byte for byte: jsonb would write it anew.
    json bytea NOT NULL,
    -- In seconds since 1970: timestamptz does not reach as far as the core's instants.
    due bigint,
    PRIMARY KEY (realm, partition, sort)
)
-- Room on each page for the next version of its rows: most updates then touch no index (HOT).
WITH (fillfactor = 80);

CREATE INDEX slotlink_rows_due ON slotlink_rows (realm, due, partition, sort) WHERE due IS NOT NULL;

-- One for all keys, so that versions never repeat, not even of a row that is made anew.
CREATE SEQUENCE slotlink_versions;

-- Applies a change set, or answers with the positions (from 1) of the operations whose expectations
-- are broken. Operations are told in arrays, one entry for each: `expected` is null where no row is
-- expected, `put` is null where nothing is written, and false where the row is deleted.
--
-- Why commits are strictly serializable over the keys that they name: strict two-phase locking.
-- * Each key has a lock, an advisory one whose number is the hash of table and key: locks are the
--   database's, tables the schema's. It is there for rows that do not exist, too, and costs no write where a row is only checked. Writers of the key hold it
--   alone, those who only check it share it. Keys of one hash share a lock: they wait for nothing
--   now and then.
-- * All locks are taken before anything is read, and held until the transaction has ended, which is
--   after its writes are durable and visible.
-- * Rows are read by a statement that begins when all locks are held. Under READ COMMITTED, each
--   statement of a volatile function sees what was committed before that statement began. So what was
--   read is still so when the transaction ends, and that is the instant at which all expectations hold
--   and all writes appear.
-- * Everybody takes locks in the order of their numbers, and each once, in the mode that it needs in
--   the end: change sets never deadlock among themselves.
-- It is one statement of the client, so a client that goes away leaves no lock behind.
-- Whoever changes rows by hand takes no such locks: written rows are then still compared (below), but
-- rows that are only checked are not held.
CREATE FUNCTION slotlink_commit(
    realms bytea[], partitions bytea[], sorts bytea[], expected bigint[], put boolean[],
    schemas integer[], jsons bytea[], dues bigint[]
) RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    lock record;
    operation record;
    broken bigint[];
    new_version bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'slotlink_commit needs READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    FOR lock IN
        SELECT hash_record_extended(
                ROW('slotlink_rows'::regclass::oid, o.realm, o.partition, o.sort), 0) AS number,
            bool_or(o.put IS NOT NULL) AS is_exclusive
        FROM unnest(realms, partitions, sorts, put) AS o (realm, partition, sort, put)
        GROUP BY 1 ORDER BY 1
    LOOP
        IF lock.is_exclusive THEN
            PERFORM pg_advisory_xact_lock(lock.number);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(lock.number);
        END IF;
    END LOOP;

    SELECT array_agg(o.position) INTO broken
    FROM unnest(realms, partitions, sorts, expected) WITH ORDINALITY
        AS o (realm, partition, sort, expected, position)
    LEFT JOIN LATERAL (
        SELECT r.version FROM slotlink_rows r
        WHERE r.realm = o.realm AND r.partition = o.partition AND r.sort = o.sort
        LIMIT 1
    ) found ON true
    WHERE found.version IS DISTINCT FROM o.expected;
    IF broken IS NOT NULL THEN
        RETURN broken;
    END IF;

    -- One by one, so that the plan is always a look-up by key: a join would be planned while the table
    -- is small, and kept when it has grown.
    new_version := nextval('slotlink_versions');
    FOR operation IN
        SELECT * FROM unnest(realms, partitions, sorts, expected, put, schemas, jsons, dues)
            AS o (realm, partition, sort, expected, put, schema, json, due)
        WHERE o.put IS NOT NULL
    LOOP
        IF operation.put AND operation.expected IS NULL THEN
            INSERT INTO slotlink_rows
            VALUES (operation.realm, operation.partition, operation.sort, new_version,
                operation.schema, operation.json, operation.due);
        ELSIF operation.put THEN
            UPDATE slotlink_rows r
            SET version = new_version, schema = operation.schema, json = operation.json,
                due = operation.due
            WHERE r.realm = operation.realm AND r.partition = operation.partition
                AND r.sort = operation.sort AND r.version = operation.expected;
        ELSE
            DELETE FROM slotlink_rows r
            WHERE r.realm = operation.realm AND r.partition = operation.partition
                AND r.sort = operation.sort AND r.version = operation.expected;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a row was changed by somebody who did not lock its key'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END LOOP;
    RETURN '{}';
END
$$;
