//! What the database says of its own tables: which column points to which, and of what kind each column is. Whoever looks
//! for every row of a child asks here and not a list that somebody must keep.

use sqlx::FromRow;

use super::{Conn, Inner};
use crate::store::StoreError;

/// A column that points to another table's key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(in crate::store) struct Reference {
    pub table_name: String,
    pub column_name: String,
    pub parent: String,
    pub parent_column: String,
    /// Whether it may be empty.
    pub optional: bool,
}

/// A column that can hold an id, or a text with one in it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(in crate::store) struct Column {
    pub table_name: String,
    pub column_name: String,
    /// Text, and not an id.
    pub is_text: bool,
}

impl Conn {
    /// Every reference of one column to another.
    pub(in crate::store) async fn references(&mut self) -> Result<Vec<Reference>, StoreError> {
        let sql = match self.inner {
            Inner::Postgres(_) => {
                "select cast(t.relname as text) as table_name, cast(a.attname as text) as column_name, \
                 cast(r.relname as text) as parent, cast(b.attname as text) as parent_column, not a.attnotnull as optional \
                 from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid \
                 join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] \
                 join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1] \
                 join pg_namespace n on n.oid = t.relnamespace \
                 where c.contype = 'f' and n.nspname = current_schema() and cardinality(c.conkey) = 1 \
                 order by t.relname, a.attname"
            }
            _ => {
                "select m.name as table_name, f.\"from\" as column_name, f.\"table\" as parent, f.\"to\" as parent_column, \
                 c.\"notnull\" = 0 as optional from sqlite_master m join pragma_foreign_key_list(m.name) f \
                 join pragma_table_info(m.name) c on c.name = f.\"from\" where m.type = 'table' and not exists (select 1 \
                 from pragma_foreign_key_list(m.name) o where o.id = f.id and o.seq > 0) order by m.name, f.\"from\""
            }
        };
        self.all(sql, vec![]).await
    }

    /// Every column that can hold an id or a text, of every table.
    pub(in crate::store) async fn columns(&mut self) -> Result<Vec<Column>, StoreError> {
        let sql = match self.inner {
            Inner::Postgres(_) => {
                "select cast(c.table_name as text) as table_name, cast(c.column_name as text) as column_name, \
                 c.data_type <> 'uuid' as is_text from information_schema.columns c join information_schema.tables t \
                 on t.table_schema = c.table_schema and t.table_name = c.table_name where t.table_type = 'BASE TABLE' \
                 and c.table_schema = current_schema() and c.data_type in ('uuid', 'text', 'character varying') \
                 order by c.table_name, c.ordinal_position"
            }
            _ => {
                "select m.name as table_name, c.name as column_name, upper(c.type) = 'TEXT' as is_text \
                 from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' \
                 and upper(c.type) in ('BLOB', 'TEXT') order by m.name, c.cid"
            }
        };
        self.all(sql, vec![]).await
    }

    /// How many rows point to one that is not there. Always none where the database itself forbids it at every moment.
    pub(in crate::store) async fn loose_ends(&mut self) -> Result<i64, StoreError> {
        if matches!(self.inner, Inner::Postgres(_)) {
            return Ok(0);
        }
        let found: Option<(i64,)> =
            self.first("select count(*) from pragma_foreign_key_check", vec![]).await?;
        Ok(found.map_or(0, |(n,)| n))
    }
}
