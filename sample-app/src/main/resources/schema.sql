-- Every table that a lock protects has a column for the fencing token: the newest token the row has seen.
CREATE TABLE IF NOT EXISTS campaign (
	name VARCHAR(64) PRIMARY KEY,
	budget INT NOT NULL,
	issued INT NOT NULL,
	fencing_token BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS coupon (
	code VARCHAR(64) PRIMARY KEY,
	campaign VARCHAR(64) NOT NULL,
	stock INT NOT NULL,
	redeemed INT NOT NULL,
	frozen BOOLEAN NOT NULL,
	fencing_token BIGINT NOT NULL
);

-- One row for each success. The page compares the number of rows with the stock: nothing in the database forbids
-- too many, only the lock and the token do.
CREATE TABLE IF NOT EXISTS redemption (
	id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	coupon VARCHAR(64) NOT NULL,
	customer VARCHAR(64) NOT NULL,
	node VARCHAR(64) NOT NULL,
	fencing_token BIGINT NOT NULL
);

-- A run is recorded before its mail is sent. The key lets no fire time in twice.
CREATE TABLE IF NOT EXISTS digest_run (
	fire_time TIMESTAMP WITH TIME ZONE PRIMARY KEY,
	node VARCHAR(64) NOT NULL,
	term BIGINT NOT NULL
);

-- What was really sent. No key here: a duplicate must be able to show.
CREATE TABLE IF NOT EXISTS digest_mail (
	fire_time TIMESTAMP WITH TIME ZONE NOT NULL,
	node VARCHAR(64) NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE IF NOT EXISTS job (
	name VARCHAR(64) PRIMARY KEY,
	steps_done INT NOT NULL,
	node VARCHAR(64) NOT NULL,
	fencing_token BIGINT NOT NULL
);
