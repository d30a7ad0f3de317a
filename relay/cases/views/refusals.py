"""The sentences of ``CaseError``, marked for translation.

They stand where they are raised, in rooms that know nothing of languages; the tools that gather texts find them
here. A test compares this list with the code.
"""

from flask_babel import lazy_gettext

SENTENCES = (
    lazy_gettext("「%(town)s」という町名は町名表にありません。一覧から選んでください。"),
    lazy_gettext("メモが空です。内容を書いてください。"),
    lazy_gettext("緊急度を変える理由を書いてください。"),
    lazy_gettext("同じ案件です。別の番号を入れてください。"),
    lazy_gettext("担当は%(owner)sさんです。先に受け付けてください。"),
    lazy_gettext("この案件は見つかりません。番号を確かめてください。"),
    lazy_gettext("この案件は終了しています。続けるときは、先に再開してください。"),
    lazy_gettext("この担当者は選べません。一覧から選び直してください。"),
    lazy_gettext("緊急度はすでにその段階です。"),
    lazy_gettext("この案件はまだ終了していません。"),
    lazy_gettext("分ける通報を選んでください。"),
    lazy_gettext("すべての通報を分けることはできません。残す通報を1件以上にしてください。"),
    lazy_gettext("終了した案件はまとめられません。先に再開してください。"),
    lazy_gettext("担当者を一覧から選んでください。"),
    lazy_gettext("番地は「3-4-11」のように数字で書いてください。"),
    lazy_gettext("まとめる先の案件を選ぶか、番号を入れてください。"),
    lazy_gettext("文が長すぎます。%(most)s字までにしてください。"),
    lazy_gettext("緊急度を選んでください。"),
    lazy_gettext("様子を一覧から選んでください。"),
    lazy_gettext("読み取りを直す理由を書いてください。"),
    lazy_gettext("日数は1から365までの数字で書いてください。"),
    lazy_gettext("直すところが選ばれていません。消す様子、加える様子、日数のどれかを変えてください。"),
    lazy_gettext("この訂正は、もう取り消されています。"),
    lazy_gettext("この訂正のあとに別の訂正があります。新しい訂正から順に取り消してください。"),
    lazy_gettext("この通報は、もうこの案件にありません。ページを開き直してください。"),
    lazy_gettext("結果を選んでください。"),
)
