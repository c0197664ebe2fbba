"""Words that tell what a line is for, in the languages of the press; each word belongs to one or more kinds of cue.

They are general words of each language and of the web, chosen by hand: no name of a site or of a person is among them.
"""

from enum import IntEnum


class Cue(IntEnum):
    """Kinds of words."""

    FUNCTION = 0
    COMMENT = 1
    SHARE = 2
    LEGAL = 3
    SUBSCRIBE = 4
    RELATED = 5
    DATE = 6
    BYLINE = 7
    CAPTION = 8
    ADDRESS = 9
    SPEECH = 10
    NAVIGATION = 11
    ADVERTISEMENT = 12
    FILING = 13


_WORDS = {
    Cue.FUNCTION: """
        the of and to in a is that for it was on with as at from but not are have has had were been which who their its
        this they he she his her be an or will would than when there after into about also could over more out
        der die das und in den von zu mit ist im für auf nicht ein eine sich des dem auch als es an werden aus er hat
        dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis
        le la les de des du et en un une que qui dans pour sur est par au pas plus avec ce il ne se sont aux mais son
        el los las del y se por con para una su al lo como más pero sus le ha este sin sobre entre ya
        di il che è per i da non con sono del della nel alla dei delle si più anche al gli ha come
        o a os as do da em um uma que não para com no na por mais dos das se ao foi ele
        de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door over naar
        och i att det som en på är av för med till den har de inte om ett men var jag sig från vi så kan
        og at er på til af for som ikke den med har jeg en var der men et om hvor fra blev
        i w na z się do nie że jest to o za od po jak dla ale przez był który są co tym oraz będzie
        a v na se že je s z do o k i za by ve pro ale jako po si od jsou jeho
        ja on ei se että oli hän mutta niin kuin ovat myös joka mitä
        és a az hogy nem is egy ez meg csak volt már mint de ha még
        și în de la cu pe nu o că este un din mai care pentru au fost
        ve bir bu da de için ile olarak çok daha olan gibi olduğu kadar sonra ne en
        и в не на что с по как это но из он к за от для его все так о же бы у мы было был она
        та і у що не на з до як це але за від про його який він також
        και το να η του της την με για που από τα ο οι στο στη δεν θα είναι
        في من على إلى أن عن مع هذا التي الذي كان لا ما بعد قال هذه
        و در به از که این را با است برای آن یک می شد
        של את על לא הוא עם זה היא כי גם או אל
        के में की है और से को का पर ने यह कि
        ini yang dan di untuk dengan dari pada tidak itu akan dalam
        và của là có trong cho được với không những một các
    """,
    Cue.COMMENT: """
        comment comments commented commenter reply replies respond response responses says wrote trackback trackbacks
        pingback disqus moderated moderation soundoff discussion flag upvote abuse avatar anonymous
        kommentar kommentare kommentieren antworten antwort leserkommentare diskussion meldet gast beitrag
        commentaire commentaires répondre réagir réactions comentario comentarios responder comentar commenti commento
        rispondi reacties reageer comentários kommentarer svara komentarze odpowiedz комментарии комментарий ответить
        комментировать коментарі yorum yorumlar yanıtla komentáře komentarai σχόλια تعليق تعليقات
    """,
    Cue.SHARE: """
        share shares tweet tweets facebook twitter pinterest whatsapp email e-mail mail print linkedin instagram telegram
        youtube follow reddit tumblr xing flipboard likes like pocket messenger vk viber copy link bookmark
        teilen drucken merken folgen versenden twittern weitersagen empfehlen feedback
        partager imprimer suivre envoyer compartir imprimir seguir enviar condividi stampa delen dela compartilhar
        udostępnij поделиться вконтакте одноклассники paylaş sdílet teile
    """,
    Cue.LEGAL: """
        copyright rights reserved terms privacy policy cookies cookie disclaimer legal conditions imprint sitemap careers
        accessibility rss contact advertise ltd inc llc gmbh trademark trademarks consent gdpr licensed
        impressum datenschutz agb nutzungsbedingungen vorbehalten rechte datenschutzerklärung kontakt mediadaten
        barrierefreiheit mentions légales droits réservés confidentialité derechos reservados aviso privacidad
        diritti riservati voorwaarden direitos zastrzeżone права защищены конфиденциальности haklar saklıdır vyhrazena
    """,
    Cue.SUBSCRIBE: """
        subscribe subscriber subscribers subscription newsletter newsletters login log sign signup register registered
        account password username donate donation membership cart shop checkout download app inbox trial free unlimited
        abonnieren abo abonnement abonnenten anmelden registrieren einloggen passwort benutzername spenden warenkorb
        kostenlos konto anmeldung inscription inscrivez abonner abonnez connexion compte suscríbete suscribirse registro
        cuenta iscriviti abbonati accedi abonneer inloggen assinar cadastre подписаться подписка войти регистрация abone
        gratis jetzt bestellen
    """,
    Cue.RELATED: """
        related more read also popular recommended recommendation trending latest next previous older newer see stories
        story articles posts most must
        mehr weiterlesen lesen auch ähnliche verwandte beiträge thema themen weitere meistgelesen zurück weiter nächster
        vorheriger passend lire aussi suite similaires leer también relacionados relacionadas siguiente anterior leggi
        anche correlati lees ook meer verder leia mais läs mer czytaj więcej читайте также ещё далее похожие devamı oku
        ilgili čtěte další
    """,
    Cue.DATE: """
        january february march april may june july august september october november december jan feb mar apr jun jul aug
        sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
        ago yesterday today hours hour minutes mins days weeks months pm edt est gmt utc pst
        januar februar märz mai juni juli oktober dezember jänner montag dienstag mittwoch donnerstag freitag samstag
        sonntag uhr vor stunden minuten tagen gestern heute
        janvier février mars avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi
        vendredi samedi dimanche enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
        gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre fevereiro março setembro outubro dezembro
        stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
        января февраля марта апреля мая июня июля августа сентября октября ноября декабря вчера сегодня
        ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    """,
    Cue.BYLINE: """
        by author authors written posted published updated modified editor reporter correspondent contributor staff writer
        von autor autorin redaktion veröffentlicht aktualisiert geschrieben erstellt verfasst
        par auteur publié rédaction por publicado actualizado redacción di autore pubblicato door geplaatst
        автор опубликовано обновлено редакция yazar yayınlanma av publicerad
    """,
    Cue.CAPTION: """
        photo photos photograph image images picture pictures credit getty caption courtesy video videos watch gallery
        illustration pictured photographer screenshot slideshow zoom enlarge via reuters afp ap dpa file
        foto fotos bild bilder quelle symbolbild bildquelle fotostrecke imago vergrößern galerie
        photographie crédit imagen fotografía vídeo immagine fotogalerie фото видео источник изображение fotoğraf zdroj
    """,
    Cue.ADDRESS: """
        you your yours i me my we our us please click here
        ich du dein dir mir wir uns ihr ihre ihnen bitte hier klicken vous votre vos cliquez ici je nous
        usted tu aquí nosotros clic voi tuo qui clicca jij jouw klik hier você seu aqui вы ваш ваши здесь пожалуйста
        ty twój kliknij siz buraya tıklayın
    """,
    Cue.SPEECH: """
        said told according added announced reported stated explained asked
        sagte sagt erklärte betonte laut berichtet teilte mitteilte hieß a-t-il dit déclaré selon affirmé
        dijo según afirmó aseguró explicó ha detto secondo zei volgens disse segundo afirmou powiedział według
        сказал сказала заявил заявила сообщил сообщает сообщили словам отметил söyledi dedi göre uvedl řekl
    """,
    Cue.NAVIGATION: """
        home homepage menu search skip navigation toggle content top close open go news sport sports business
        politics entertainment lifestyle opinion world local video weather jobs events about help faq services
        startseite suche menü inhalt springen nachrichten wirtschaft politik kultur wetter hilfe über
        accueil recherche rechercher inicio buscar noticias deportes cerca ricerca zoeken início pesquisar szukaj
        главная поиск меню новости anasayfa ara haberler hledat
    """,
    Cue.ADVERTISEMENT: """
        advertisement advertisements advertising sponsored sponsor promoted ad ads adblocker partner affiliate
        anzeige anzeigen werbung gesponsert affiliate-links publicité publicidad pubblicità advertentie publicidade
        reklama реклама reklam annons
    """,
    Cue.FILING: """
        tags tag tagged category categories filed topics topic keywords permalink views posted under archive archives
        kategorie kategorien schlagworte schlagwörter schlagwort stichworte tags abgelegt archiv étiquettes catégorie
        catégories etiquetas categoría categorías categoria trefwoorden kategori метки теги рубрика рубрики etiketler
        minute min read
    """,
}


def cue_table() -> dict[str, int]:
    """Each cue word (lower case) with a bit set for every kind it belongs to."""
    table: dict[str, int] = {}
    for cue, words in _WORDS.items():
        for word in words.split():
            table[word] = table.get(word, 0) | (1 << cue)
    return table
