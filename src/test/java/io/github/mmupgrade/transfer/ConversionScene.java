package io.github.mmupgrade.transfer;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Posts, files and reactions in MariaDB, and the same tables, empty, in PostgreSQL. */
final class ConversionScene {

    private ConversionScene() {}

    /** Fills a MariaDB database with rows that look like real ones. */
    static void fill(TestDatabase database, long posts) throws SQLException {
        execute(
                database,
                """
                CREATE TABLE Posts (Id varchar(26) NOT NULL PRIMARY KEY, CreateAt bigint(20), UpdateAt bigint(20),
                  EditAt bigint(20), DeleteAt bigint(20), IsPinned tinyint(1), UserId varchar(26), ChannelId varchar(26),
                  RootId varchar(26), OriginalId varchar(26), Message text, Type varchar(26), Props text,
                  Hashtags text, Filenames text, FileIds text, HasReactions tinyint(1), RemoteId varchar(26)) DEFAULT CHARSET utf8mb4""",
                """
                CREATE TABLE FileInfo (Id varchar(26) NOT NULL PRIMARY KEY, CreatorId varchar(26), PostId varchar(26),
                  CreateAt bigint(20), UpdateAt bigint(20), DeleteAt bigint(20), Path text, Name text,
                  Extension varchar(64), Size bigint(20), MimeType text, Width int(11), Height int(11),
                  HasPreviewImage tinyint(1), MiniPreview mediumblob, Content longtext, RemoteId varchar(26),
                  KEY idx_fileinfo_postid_at (PostId), KEY idx_fileinfo_update_at (UpdateAt)) DEFAULT CHARSET utf8mb4""",
                """
                CREATE TABLE Reactions (UserId varchar(26) NOT NULL, PostId varchar(26) NOT NULL,
                  EmojiName varchar(64) NOT NULL, CreateAt bigint(20), UpdateAt bigint(20), DeleteAt bigint(20),
                  RemoteId varchar(26), PRIMARY KEY (PostId, UserId, EmojiName)) DEFAULT CHARSET utf8mb4""",
                "INSERT INTO Posts SELECT substr(md5(seq), 1, 26), 1600000000000 + seq * 1000, 1600000000000 + seq * 1000,"
                        + " 0, 0, seq % 500 = 0, substr(md5(seq % 997), 1, 26), substr(md5(seq % 331), 1, 26),"
                        + " if(seq % 3 = 0, substr(md5(seq - 1), 1, 26), ''), '', concat('Message ', seq, ' ',"
                        + " repeat('lorem ipsum dolor sit amet ', 1 + seq % 12), if(seq % 10 = 0, 'Grüße\\n\\tzurück 😀', '')),"
                        + " '', '{}', if(seq % 50 = 0, '#tag', ''), '[]', '[]', 0, '' FROM seq_1_to_" + posts
                        // in the order of the key, and the indexes after the rows: else it takes minutes
                        + " ORDER BY 1",
                "ALTER TABLE Posts ADD KEY idx_posts_update_at (UpdateAt), ADD KEY idx_posts_create_at (CreateAt),"
                        + " ADD KEY idx_posts_delete_at (DeleteAt), ADD KEY idx_posts_root_id (RootId),"
                        + " ADD KEY idx_posts_user_id (UserId),"
                        + " ADD KEY idx_posts_channel_id_update_at (ChannelId, UpdateAt)",
                "INSERT INTO FileInfo SELECT substr(md5(concat('f', seq)), 1, 26), substr(md5(seq % 997), 1, 26),"
                        + " substr(md5(seq * 10), 1, 26), 1600000000000 + seq * 1000, 1600000000000 + seq * 1000, 0,"
                        + " concat('20260101/teams/', md5(seq), '/file.png'), concat('file', seq, '.png'), 'png', seq,"
                        + " 'image/png', 640, 480, 1, unhex(repeat(md5(seq), 8)), '', '' FROM seq_1_to_"
                        + Math.max(1, posts / 10) + " ORDER BY 1",
                "INSERT INTO Reactions SELECT substr(md5(seq % 997), 1, 26), substr(md5(seq * 3), 1, 26), '+1',"
                        + " 1600000000000 + seq * 1000, 1600000000000 + seq * 1000, 0, '' FROM seq_1_to_"
                        + Math.max(1, posts / 4) + " ORDER BY 2, 1",
                "ANALYZE TABLE Posts, FileInfo, Reactions");
    }

    /** Makes the tables in PostgreSQL as a server does. */
    static void makeTables(TestDatabase database) throws SQLException {
        execute(
                database,
                """
                CREATE TABLE posts (id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, editat bigint,
                  deleteat bigint, ispinned boolean, userid varchar(26), channelid varchar(26), rootid varchar(26),
                  originalid varchar(26), message varchar(65535), type varchar(26), props varchar(8000),
                  hashtags varchar(1000), filenames varchar(4000), fileids varchar(300), hasreactions boolean,
                  remoteid varchar(26))""",
                "CREATE INDEX idx_posts_update_at ON posts (updateat)",
                "CREATE INDEX idx_posts_create_at ON posts (createat)",
                "CREATE INDEX idx_posts_delete_at ON posts (deleteat)",
                "CREATE INDEX idx_posts_root_id ON posts (rootid)",
                "CREATE INDEX idx_posts_user_id ON posts (userid)",
                "CREATE INDEX idx_posts_channel_id_update_at ON posts (channelid, updateat)",
                """
                CREATE TABLE fileinfo (id varchar(26) PRIMARY KEY, creatorid varchar(26), postid varchar(26),
                  createat bigint, updateat bigint, deleteat bigint, path varchar(512), name varchar(256),
                  extension varchar(64), size bigint, mimetype varchar(256), width integer, height integer,
                  haspreviewimage boolean, minipreview bytea, content text, remoteid varchar(26))""",
                "CREATE INDEX idx_fileinfo_postid_at ON fileinfo (postid)",
                "CREATE INDEX idx_fileinfo_update_at ON fileinfo (updateat)",
                """
                CREATE TABLE reactions (userid varchar(26) NOT NULL, postid varchar(26) NOT NULL,
                  emojiname varchar(64) NOT NULL, createat bigint, updateat bigint, deleteat bigint,
                  remoteid varchar(26), PRIMARY KEY (postid, userid, emojiname))""");
    }

    static void execute(TestDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static DataSource source(TestDatabase database) {
        return DataSource.parse(database.driver(), database.dataSource());
    }
}
