-- what stands at a path of a body; nothing where the body is no JSON, or none that the database can hold
CREATE FUNCTION json_at(body text, path text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN body::jsonb #>> path;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;
