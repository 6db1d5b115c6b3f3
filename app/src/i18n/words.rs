//! One line a language, one block a key: English, Chinese, Spanish, Arabic.

macro_rules! words {
    ($($key:ident: $en:literal, $zh:literal, $es:literal, $ar:literal;)+) => {
        /// Every word of the child's pages.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the English text says what each is")]
        pub struct Words {
            $(pub $key: &'static str,)+
        }
        pub(super) const EN: Words = Words { $($key: $en,)+ };
        pub(super) const ZH_CN: Words = Words { $($key: $zh,)+ };
        pub(super) const ES: Words = Words { $($key: $es,)+ };
        pub(super) const AR: Words = Words { $($key: $ar,)+ };

        #[cfg(test)]
        impl Words {
            pub(super) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)+]
            }
        }
    };
}

words! {
    brand: "School check-in", "学校心情问卷", "Encuesta del colegio", "استبيان المدرسة";
    place: "Check-in", "问卷", "Encuesta", "الاستبيان";
    skip_link: "Skip to the main part", "跳到主要内容", "Ir a la parte principal", "انتقل إلى الجزء الرئيسي";
    error_mark: "Error", "请看一看", "Revisa", "تنبيه";
    help: "I need help", "我需要帮助", "Necesito ayuda", "أحتاج مساعدة";
    hide: "Hide", "遮住", "Ocultar", "إخفاء";
    come_back: "Come back", "回来", "Volver", "عودة";
    school: "School", "学校", "Colegio", "المدرسة";
    hide_hint: "Somebody looking? Tap Hide.", "有人在看？点“遮住”。", "¿Alguien está mirando? Toca Ocultar.", "هل ينظر أحد؟ اضغط «إخفاء».";
    shift_hint: " Or press Shift three times.", "也可以按三下 Shift 键。", " O pulsa Mayús tres veces.", " أو اضغط مفتاح Shift ثلاث مرات.";
    back: "Back", "返回", "Atrás", "رجوع";
    close: "Close", "关闭", "Cerrar", "إغلاق";

    look: "Text and language", "文字和语言", "Texto e idioma", "النص واللغة";
    language: "Language", "语言", "Idioma", "اللغة";
    size: "Size of the letters", "字的大小", "Tamaño de la letra", "حجم الخط";
    size_normal: "Normal", "普通", "Normal", "عادي";
    size_large: "Large", "大", "Grande", "كبير";
    size_largest: "Very large", "特大", "Muy grande", "كبير جدًا";
    spacing: "More space between letters, words and lines", "字、词、行之间多留空", "Más espacio entre letras, palabras y líneas", "مسافة أكبر بين الحروف والكلمات والأسطر";
    contrast: "Stronger contrast", "更强的对比", "Más contraste", "تباين أقوى";
    plain_font: "The device’s own letters", "用设备自带的字体", "La letra del propio dispositivo", "خط الجهاز نفسه";
    apply: "Use this", "就用这个", "Usar esto", "استخدم هذا";
    language_needs_wifi: "To change the language, wait for Wi-Fi.", "要换语言，请等无线网络恢复。", "Para cambiar de idioma, espera al wifi.", "لتغيير اللغة انتظر عودة الشبكة.";

    code_title: "Type your code", "输入你的代码", "Escribe tu código", "اكتب رمزك";
    code_heading: "Type the code on your card", "输入卡片上的代码", "Escribe el código de tu tarjeta", "اكتب الرمز المكتوب على بطاقتك";
    code_label: "Card code", "卡片代码", "Código de la tarjeta", "رمز البطاقة";
    code_hint: "Ten letters and numbers, like 7KD2M-9QX4T. Small letters are fine.", "十个字母和数字，例如 7KD2M-9QX4T。小写也可以。", "Diez letras y números, como 7KD2M-9QX4T. Las minúsculas también valen.", "عشرة حروف وأرقام، مثل 7KD2M-9QX4T. الحروف الصغيرة مقبولة.";
    go: "Go", "开始", "Entrar", "ابدأ";
    no_card: "No card? Ask your teacher.", "没有卡片？请问老师。", "¿No tienes tarjeta? Pregunta a tu profe.", "ليس لديك بطاقة؟ اسأل معلمك.";
    staff_link: "For staff: sign in", "教职员登录", "Personal: entrar", "للموظفين: تسجيل الدخول";
    no_window_doors: "No check-in today? You can still", "今天没有问卷？你仍然可以", "¿Hoy no hay encuesta? También puedes", "لا يوجد استبيان اليوم؟ يمكنك أيضًا";
    talk_door: "ask to talk to someone", "找人聊一聊", "pedir hablar con alguien", "طلب التحدث مع شخص";
    learn_door: "read about feelings", "读一读关于心情的短文", "leer sobre las emociones", "القراءة عن المشاعر";

    card_title: "Your card", "你的卡片", "Tu tarjeta", "بطاقتك";
    card_heading: "Tap the button to start", "点按钮开始", "Toca el botón para empezar", "اضغط الزر للبدء";
    talk_title: "Talk to someone", "找人聊一聊", "Hablar con alguien", "التحدث مع شخص";
    talk_heading: "Would you like to talk to someone?", "想找人聊一聊吗？", "¿Quieres hablar con alguien?", "هل تريد التحدث مع شخص؟";
    talk_text: "Type the code on your card and tap a button. A counselor of your school gets your wish and comes to you. You do not have to say why.", "输入卡片上的代码，再点一个按钮。学校的心理老师会收到你的请求，然后来找你。不用说原因。", "Escribe el código de tu tarjeta y toca un botón. El equipo de orientación de tu colegio recibe tu petición y te busca. No tienes que decir por qué.", "اكتب رمز بطاقتك واضغط زرًا. يصل طلبك إلى مرشد مدرستك ويأتي إليك. لا يلزم أن تقول السبب.";
    talk_when: "When would you like to talk?", "想什么时候聊？", "¿Cuándo quieres hablar?", "متى تريد التحدث؟";
    talk_limits: "Nobody reads this at night or at the weekend. If it cannot wait, use one of the numbers below.", "晚上和周末没有人看。如果等不了，请打下面的电话。", "Nadie lee esto por la noche ni el fin de semana. Si no puede esperar, usa uno de los números de abajo.", "لا أحد يقرأ هذا ليلًا أو في عطلة الأسبوع. إذا كان الأمر لا ينتظر فاستخدم أحد الأرقام أدناه.";
    talk_no_card: "No card at hand? Go to any teacher, or to the school office, and say “I would like to talk to someone”.", "手边没有卡片？去找任何一位老师或学校办公室，说：“我想找人聊一聊。”", "¿No tienes la tarjeta? Ve a cualquier profe o a la secretaría y di: «Quiero hablar con alguien».", "ليست معك بطاقة؟ اذهب إلى أي معلم أو إلى مكتب المدرسة وقل: «أريد التحدث مع شخص».";
    talk_done_title: "We have noted it", "我们记下了", "Lo hemos anotado", "سجلنا ذلك";
    talk_done_text: "A counselor of your school gets it and looks for you on a school day. You can close this page.", "学校的心理老师会收到，并在上学日来找你。你可以关掉这一页。", "El equipo de orientación de tu colegio lo recibe y te busca en un día de clase. Puedes cerrar esta página.", "يصل ذلك إلى مرشد مدرستك ويبحث عنك في يوم دراسي. يمكنك إغلاق هذه الصفحة.";
    talk_pick: "Tap one of the buttons.", "请点一个按钮。", "Toca uno de los botones.", "اضغط أحد الأزرار.";

    slip_length: "A code has ten letters and numbers. Look at your card and type it again.", "代码有十个字母和数字。看看卡片，再输入一次。", "Un código tiene diez letras y números. Mira tu tarjeta y escríbelo otra vez.", "الرمز عشرة حروف وأرقام. انظر إلى بطاقتك واكتبه مرة أخرى.";
    slip_sign: "A code has only letters and numbers. Look at your card and type it again.", "代码只有字母和数字。看看卡片，再输入一次。", "Un código solo tiene letras y números. Mira tu tarjeta y escríbelo otra vez.", "الرمز حروف وأرقام فقط. انظر إلى بطاقتك واكتبه مرة أخرى.";
    slip_check: "One letter or number is not right. Look at your card and type it again.", "有一个字母或数字不对。看看卡片，再输入一次。", "Una letra o un número no es correcto. Mira tu tarjeta y escríbelo otra vez.", "حرف أو رقم واحد غير صحيح. انظر إلى بطاقتك واكتبه مرة أخرى.";
    code_unknown: "We do not know this code. Look at your card again, or ask your teacher.", "我们不认识这个代码。再看看卡片，或者问老师。", "No conocemos este código. Mira otra vez tu tarjeta o pregunta a tu profe.", "لا نعرف هذا الرمز. انظر إلى بطاقتك مرة أخرى أو اسأل معلمك.";
    code_replaced: "This card has been replaced. Ask your teacher for the new one.", "这张卡片已经换过了。请向老师要新的。", "Esta tarjeta se ha cambiado. Pide la nueva a tu profe.", "تم استبدال هذه البطاقة. اطلب الجديدة من معلمك.";
    code_not_open: "Your check-in is not open right now. Ask your teacher.", "你的问卷现在没有开放。请问老师。", "Tu encuesta no está abierta ahora. Pregunta a tu profe.", "استبيانك غير مفتوح الآن. اسأل معلمك.";
    code_not_today: "There is no check-in for you today. Ask your teacher what to do instead.", "今天没有你的问卷。问问老师做什么。", "Hoy no hay encuesta para ti. Pregunta a tu profe qué puedes hacer.", "لا يوجد استبيان لك اليوم. اسأل معلمك ماذا تفعل.";
    code_rests: "The check-in rests now. It goes on in the next school hours, when your counselors are there.", "问卷现在休息了。下次上学、心理老师在的时候再继续。", "La encuesta descansa ahora. Sigue en el próximo horario escolar, cuando esté el equipo de orientación.", "الاستبيان متوقف الآن. يتابع في ساعات الدوام القادمة حين يكون المرشدون موجودين.";
    there_until: "A counselor is in school today until {time}. Ask any teacher to take you there.", "今天心理老师在学校，到 {time} 为止。可以请任何一位老师带你去。", "Hoy hay alguien de orientación en el colegio hasta las {time}. Pide a cualquier profe que te acompañe.", "يوجد مرشد في المدرسة اليوم حتى {time}. اطلب من أي معلم أن يرافقك.";
    closed_for_now: "Your check-in is closed for now. Ask your teacher.", "你的问卷暂时关闭了。请问老师。", "Tu encuesta está cerrada por ahora. Pregunta a tu profe.", "استبيانك مغلق الآن. اسأل معلمك.";

    before_title: "Before you start", "开始之前", "Antes de empezar", "قبل أن تبدأ";
    hello: "Hi {name}!", "你好，{name}！", "¡Hola, {name}!", "مرحبًا {name}!";
    hello_before: "Hi {name}, before you start", "{name}，开始之前", "Hola, {name}. Antes de empezar", "مرحبًا {name}، قبل أن تبدأ";
    two_buttons: "Tap one of the two buttons.", "请点两个按钮中的一个。", "Toca uno de los dos botones.", "اضغط أحد الزرين.";
    nothing_title: "Nothing to do", "今天没有问题", "Nada que hacer", "لا شيء اليوم";
    nothing_text: "There are no questions for you today. Thank you for coming.", "今天没有给你的问题。谢谢你来。", "Hoy no hay preguntas para ti. Gracias por venir.", "لا توجد أسئلة لك اليوم. شكرًا لحضورك.";

    practice_title: "Try it out", "先试一试", "Prueba", "جرّب";
    practice_note: "Just to try it out. This one does not count.", "只是试一试，不算数。", "Solo para probar. Esta no cuenta.", "للتجربة فقط. هذه لا تُحسب.";
    practice_like: "I like apples.", "我喜欢苹果。", "Me gustan las manzanas.", "أحب التفاح.";
    practice_fly: "I can fly like a bird.", "我能像鸟一样飞。", "Puedo volar como un pájaro.", "أستطيع الطيران مثل الطائر.";
    practice_no: "No", "不是", "No", "لا";
    practice_a_bit: "A little", "有一点", "Un poco", "قليلًا";
    practice_yes: "Yes", "是", "Sí", "نعم";
    practice_again: "Let’s try these two once more. Read or listen, then pick the circle that fits you.", "我们再试一次。读一读或听一听，再选合适的圆圈。", "Vamos a probar estas dos otra vez. Lee o escucha y elige el círculo que va contigo.", "لنجرب هذين مرة أخرى. اقرأ أو استمع ثم اختر الدائرة المناسبة لك.";

    question: "Question {n}", "第 {n} 题", "Pregunta {n}", "السؤال {n}";
    question_of: "Question {n} of {of}", "第 {n} 题，共 {of} 题", "Pregunta {n} de {of}", "السؤال {n} من {of}";
    step_of: "Step {n} of {of}", "第 {n} 步，共 {of} 步", "Paso {n} de {of}", "الخطوة {n} من {of}";
    pick_one: "Pick one, or tap “I don’t want to answer”.", "选一个，或者点“我不想回答”。", "Elige una, o toca «No quiero contestar».", "اختر واحدة، أو اضغط «لا أريد الإجابة».";
    out_of_date: "This page was out of date. Please answer once more.", "这一页过期了。请再回答一次。", "Esta página era antigua. Contesta otra vez, por favor.", "كانت هذه الصفحة قديمة. أجب مرة أخرى من فضلك.";
    decline: "I don’t want to answer", "我不想回答", "No quiero contestar", "لا أريد الإجابة";
    next: "Next", "下一题", "Siguiente", "التالي";
    go_on: "Continue", "继续", "Continuar", "متابعة";
    saved: "Saved", "已保存", "Guardado", "تم الحفظ";
    saved_so_far: "Saved so far", "之前的已保存", "Guardado hasta aquí", "حُفظ ما سبق";
    saved_here: "Saved here, waiting for Wi-Fi", "已存在这台设备上，等待网络", "Guardado aquí, esperando el wifi", "محفوظ هنا، بانتظار الشبكة";
    listen: "Listen", "听一听", "Escuchar", "استمع";
    reads_a: "A grown-up whose job is to help reads your answers.", "一位专门帮助人的大人会看你的回答。", "Una persona adulta que ayuda leerá tus respuestas.", "شخص كبير عمله المساعدة يقرأ إجاباتك.";
    reads_b: "Grown-ups whose job is to help read your answers. Your teacher and friends do not.", "专门帮助人的大人会看你的回答，老师和同学不会看。", "Personas adultas que ayudan leen tus respuestas. Tu profe y tus amigos no.", "كبار عملهم المساعدة يقرؤون إجاباتك. معلمك وأصدقاؤك لا يقرؤونها.";
    reads_cd: "Your counselor team sees your answers. Teachers and classmates do not.", "心理老师团队会看到你的回答，任课老师和同学看不到。", "El equipo de orientación ve tus respuestas. El profesorado y tus compañeros no.", "فريق الإرشاد يرى إجاباتك. المعلمون والزملاء لا يرونها.";
    who_wrote: "Who wrote these questions", "这些问题是谁写的", "Quién escribió estas preguntas", "من كتب هذه الأسئلة";
    break_title: "A short break", "休息一下", "Una pausa", "استراحة قصيرة";
    break_heading: "Time to stretch", "伸个懒腰吧", "Hora de estirarse", "وقت التمدد";
    break_text: "Stretch your arms up high. Breathe in slowly, and out slowly. There is no hurry.", "把手臂高高举起。慢慢吸气，慢慢呼气。不着急。", "Estira los brazos hacia arriba. Respira despacio: dentro y fuera. No hay prisa.", "ارفع ذراعيك عاليًا. خذ نفسًا ببطء ثم أخرجه ببطء. لا داعي للعجلة.";
    ready: "Ready", "准备好了", "Lista o listo", "مستعد";

    last_title: "Last step", "最后一步", "Último paso", "الخطوة الأخيرة";
    last_heading: "That was the last question", "问题都答完了", "Esa era la última pregunta", "كان ذلك السؤال الأخير";
    last_text: "You can go back and change an answer. When you are ready, tap Finish.", "你可以返回修改回答。准备好了就点“完成”。", "Puedes volver y cambiar una respuesta. Cuando quieras, toca Terminar.", "يمكنك الرجوع وتغيير إجابة. عندما تكون مستعدًا اضغط «إنهاء».";
    finish: "Finish", "完成", "Terminar", "إنهاء";
    offline_title: "Almost done", "快完成了", "Casi está", "أوشكت على الانتهاء";
    offline_heading: "Please show your teacher this screen", "请给老师看这个画面", "Enseña esta pantalla a tu profe", "من فضلك أرِ معلمك هذه الشاشة";
    offline_text: "Your answers are safe on this device and wait for Wi-Fi. Keep this page open: it goes on by itself.", "你的回答安全地存在这台设备上，正在等网络。请不要关这一页，网络一来就会继续。", "Tus respuestas están a salvo en este dispositivo y esperan el wifi. No cierres esta página: seguirá sola.", "إجاباتك محفوظة على هذا الجهاز وتنتظر الشبكة. لا تغلق هذه الصفحة، فستكمل وحدها.";

    finish_title: "Thank you", "谢谢", "Gracias", "شكرًا";
    today: "Today", "今天", "Hoy", "اليوم";
    this_week: "This week", "这个星期", "Esta semana", "هذا الأسبوع";
    no_thanks: "No, thanks", "不用了", "No, gracias", "لا، شكرًا";
    noted: "Thank you, we have noted that. You can still change it.", "谢谢，我们记下了。你还可以改。", "Gracias, lo hemos anotado. Todavía puedes cambiarlo.", "شكرًا، سجلنا ذلك. ما زال بإمكانك تغييره.";
    three_buttons: "Tap one of the three buttons.", "请点三个按钮中的一个。", "Toca uno de los tres botones.", "اضغط أحد الأزرار الثلاثة.";
    friend_question: "Worried about a friend?", "担心朋友吗？", "¿Te preocupa una amistad?", "هل تقلق على صديق؟";
    friend_text: "You can tell us. You do not have to know what is wrong.", "可以告诉我们。你不需要知道是怎么回事。", "Puedes contárnoslo. No hace falta saber qué le pasa.", "يمكنك إخبارنا. لا يلزم أن تعرف ما المشكلة.";
    friend_button: "I’m worried about a friend", "我担心一个朋友", "Me preocupa una amistad", "أنا قلق على صديق";
    need_help_now: "Need help now?", "现在需要帮助？", "¿Necesitas ayuda ahora?", "هل تحتاج مساعدة الآن؟";
    who_is_there: "Who is there for you", "谁可以帮你", "Quién está para ti", "من هنا من أجلك";
    your_school: "Your school", "你的学校", "Tu colegio", "مدرستك";
    ask_any_teacher: "Ask any teacher to take you there", "可以请任何一位老师带你去", "Pide a cualquier profe que te acompañe", "اطلب من أي معلم أن يرافقك";
    in_danger: "In danger?", "有危险吗？", "¿En peligro?", "هل أنت في خطر؟";
    all_done: "All done", "完成了", "Todo listo", "انتهينا";
    all_done_text: "You can close this page or leave the device for the next person.", "你可以关掉这一页，或者把设备留给下一位。", "Puedes cerrar esta página o dejar el dispositivo para la siguiente persona.", "يمكنك إغلاق هذه الصفحة أو ترك الجهاز للشخص التالي.";
    all_done_talk: "Want to talk to someone? Ask any teacher, or go to", "想找人聊聊？问任何一位老师，或者看", "¿Quieres hablar con alguien? Pregunta a cualquier profe o mira", "هل تريد التحدث مع أحد؟ اسأل أي معلم أو اذهب إلى";
    where_help: "where to find help", "哪里有帮助", "dónde hay ayuda", "أين تجد المساعدة";
    another_card: "Start with another card", "用另一张卡片开始", "Empezar con otra tarjeta", "ابدأ ببطاقة أخرى";

    plan_of: "{name}’s plan", "{name}的安全计划", "El plan de {name}", "خطة {name}";
    plan_version: "Version {n}, {time}", "第 {n} 版，{time}", "Versión {n}, {time}", "النسخة {n}، {time}";
    plan_1: "1 Warning signs", "1 预警信号", "1 Señales de aviso", "1 علامات الإنذار";
    plan_2: "2 What I can do by myself", "2 我自己可以做的事", "2 Lo que puedo hacer por mi cuenta", "2 ما أستطيع فعله وحدي";
    plan_3: "3 People and places that take my mind off it", "3 能让我分心的人和地方", "3 Personas y lugares que me distraen", "3 أشخاص وأماكن تشغلني عن ذلك";
    plan_4: "4 People I can ask for help", "4 我可以求助的人", "4 Personas a las que puedo pedir ayuda", "4 أشخاص أستطيع طلب المساعدة منهم";
    plan_5: "5 Professionals and places to call", "5 可以联系的专业人员和机构", "5 Profesionales y lugares a los que llamar", "5 مختصون وجهات يمكن الاتصال بها";
    plan_6: "6 Making the place safer", "6 让身边更安全", "6 Hacer el lugar más seguro", "6 جعل المكان أكثر أمانًا";

    help_title: "Help", "帮助", "Ayuda", "مساعدة";
    help_heading: "You can get help now", "你现在就可以得到帮助", "Puedes recibir ayuda ahora", "يمكنك الحصول على المساعدة الآن";
    help_text: "You can stop here. Put your hand up, or go to one of these. You do not have to say why.", "你可以在这里停下来。举手，或者找下面的人。不用说原因。", "Puedes parar aquí. Levanta la mano o acude a una de estas personas. No tienes que decir por qué.", "يمكنك التوقف هنا. ارفع يدك أو اذهب إلى أحد هؤلاء. لا يلزم أن تقول السبب.";
    hand_button: "Ask the adult in the room to come to me", "请教室里的大人到我这里来", "Pedir a la persona adulta de la sala que venga", "اطلب من الشخص الكبير في الغرفة أن يأتي إليّ";
    hand_up: "Your hand is up. An adult in the room can see it and comes to you.", "你已经举手了。教室里的大人能看到，会到你这里来。", "Tienes la mano levantada. Una persona adulta de la sala lo ve y viene.", "يدك مرفوعة. يراها شخص كبير في الغرفة ويأتي إليك.";
    hand_no_wifi: "There is no Wi-Fi right now. Please put your hand up.", "现在没有网络，请举手。", "Ahora no hay wifi. Levanta la mano, por favor.", "لا توجد شبكة الآن. ارفع يدك من فضلك.";
    back_where: "Back to where you were", "回到刚才的地方", "Volver a donde estabas", "العودة إلى حيث كنت";
    back_first: "Back to the first page", "回到第一页", "Volver a la primera página", "العودة إلى الصفحة الأولى";
    stop_for_now: "Stop for now", "先停下", "Parar por ahora", "التوقف الآن";

    quiet_title: "A quiet minute", "安静一分钟", "Un minuto tranquilo", "دقيقة هادئة";
    quiet_heading: "Can you find these in the picture?", "你能在图里找到这些吗？", "¿Puedes encontrar esto en el dibujo?", "هل تجد هذه الأشياء في الصورة؟";
    quiet_kite: "A kite", "一只风筝", "Una cometa", "طائرة ورقية";
    quiet_birds: "Three birds", "三只鸟", "Tres pájaros", "ثلاثة طيور";
    quiet_boat: "A boat", "一条船", "Un barco", "قارب";
    quiet_house: "A house by the water", "水边的房子", "Una casa junto al agua", "بيت قرب الماء";
    quiet_note: "Take your time. Nothing here is kept.", "慢慢来。这里什么都不会保存。", "Tómate tu tiempo. Aquí no se guarda nada.", "خذ وقتك. لا شيء يُحفظ هنا.";

    still_there: "Are you still there?", "你还在吗？", "¿Sigues ahí?", "هل ما زلت هنا؟";
    still_there_text: "In a minute this page closes to keep your answers private. Nothing is lost.", "一分钟后这一页会关闭，保护你的隐私。什么都不会丢。", "En un minuto esta página se cierra para proteger tu privacidad. No se pierde nada.", "بعد دقيقة تُغلق هذه الصفحة لحماية خصوصيتك. لن يضيع شيء.";
    still_here: "I’m still here", "我还在", "Sigo aquí", "ما زلت هنا";
    back_to_check_in: "Back to your check-in", "回到你的问卷", "Volver a tu encuesta", "العودة إلى استبيانك";
    to_card: "Type a card code", "输入卡片代码", "Escribir un código", "اكتب رمز بطاقة";

    learn_title: "About feelings", "关于心情", "Sobre las emociones", "عن المشاعر";
    learn_heading: "Short pages about feelings", "关于心情的短文", "Páginas cortas sobre las emociones", "صفحات قصيرة عن المشاعر";
    learn_text: "For you, for a friend, or to read with a grown-up. You do not need to sign in.", "给你自己、给朋友，或者和大人一起读。不用登录。", "Para ti, para una amistad o para leer con una persona adulta. No hace falta entrar.", "لك أو لصديق أو لتقرأها مع شخص كبير. لا حاجة لتسجيل الدخول.";
    learn_young: "If you are ten or younger", "如果你十岁或更小", "Si tienes diez años o menos", "إذا كان عمرك عشر سنوات أو أقل";
    learn_older: "If you are older", "如果你大一些", "Si eres mayor", "إذا كنت أكبر";
    learn_try: "What you can try", "你可以试试", "Qué puedes probar", "ما يمكنك تجربته";
    learn_grown_up: "For the grown-up who reads with you", "写给陪你一起读的大人", "Para la persona adulta que lee contigo", "للشخص الكبير الذي يقرأ معك";
    learn_english: "These pages are in English for now.", "这些短文目前只有英文。", "Por ahora, estas páginas están en inglés.", "هذه الصفحات بالإنجليزية حاليًا.";
}

#[cfg(test)]
mod tests {
    use super::super::Language;

    #[test]
    fn no_word_is_empty_and_every_gap_is_filled_in_each_language() {
        let gaps = |text: &str| ["{name}", "{n}", "{of}", "{time}"].map(|gap| text.contains(gap));
        for (index, (key, english)) in Language::En.words().all().into_iter().enumerate() {
            for language in Language::ALL {
                let (_, text) = language.words().all()[index];
                assert!(!text.trim().is_empty(), "{key} in {}", language.tag());
                assert_eq!(gaps(text), gaps(english), "{key} in {}", language.tag());
                // Exclamation marks: at most one to a child, none in a row (V-10).
                assert!(text.matches(['!', '！']).count() <= 1, "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn another_language_is_really_another_language() {
        let english = Language::En.words().all();
        for language in [Language::ZhCn, Language::Es, Language::Ar] {
            let same = language.words().all().into_iter().zip(&english).filter(|(one, two)| one.1 == two.1);
            assert!(same.count() <= 3, "{} repeats English", language.tag());
        }
    }
}
