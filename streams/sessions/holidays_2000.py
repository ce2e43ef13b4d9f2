"""Weekdays on which NSE and BSE were closed, 2000 to 2012: the date, and what for."""

from __future__ import annotations

HOLIDAYS = """
2000-01-26 Republic Day
2000-03-17 Bakri Id
2000-03-20 Holi
2000-04-14 Ambedkar Jayanti
2000-04-21 Good Friday
2000-05-01 Maharashtra Day
2000-08-15 Independence Day
2000-09-01 Ganesh Chaturthi
2000-10-02 Mahatma Gandhi Jayanti
2000-12-25 Christmas
2001-01-26 Republic Day
2001-03-06 Bakri Id
2001-04-05 Muharram
2001-04-13 Good Friday
2001-05-01 Maharashtra Day
2001-08-15 Independence Day
2001-08-22 Ganesh Chaturthi
2001-10-02 Mahatma Gandhi Jayanti
2001-10-26 Dussehra
2001-11-16 Diwali Balipratipada
2001-11-30 Guru Nanak Jayanti
2001-12-17 Id-ul-Fitr
2001-12-25 Christmas
2002-03-25 Muharram
2002-03-29 Good Friday and Holi
2002-05-01 Maharashtra Day
2002-08-15 Independence Day
2002-09-10 Ganesh Chaturthi
2002-10-02 Mahatma Gandhi Jayanti
2002-10-15 Dussehra
2002-11-06 Diwali Balipratipada
2002-11-19 Guru Nanak Jayanti
2002-12-25 Christmas
2003-02-13 Bakri Id
2003-03-14 Muharram
2003-03-18 Holi
2003-04-14 Ambedkar Jayanti
2003-04-18 Good Friday
2003-05-01 Maharashtra Day
2003-08-15 Independence Day
2003-10-02 Mahatma Gandhi Jayanti
2003-11-26 Id-ul-Fitr
2003-12-25 Christmas
2004-01-26 Republic Day
2004-02-02 Bakri Id
2004-03-02 Muharram
2004-04-09 Good Friday
2004-04-14 Ambedkar Jayanti
2004-04-26 Parliamentary elections
2004-10-13 Assembly elections in Maharashtra
2004-10-22 Dussehra
2004-11-15 Id-ul-Fitr
2004-11-26 Guru Nanak Jayanti
2005-01-21 Bakri Id
2005-01-26 Republic Day
2005-03-25 Good Friday
2005-04-14 Ambedkar Jayanti
2005-07-28 Floods in Mumbai
2005-08-15 Independence Day
2005-09-07 Ganesh Chaturthi
2005-10-12 Dussehra
2005-11-03 Diwali Balipratipada
2005-11-04 Id-ul-Fitr
2005-11-15 Guru Nanak Jayanti
2006-01-11 Bakri Id
2006-01-26 Republic Day
2006-02-09 Muharram
2006-03-15 Holi
2006-04-06 Ram Navami
2006-04-11 Mahavir Jayanti and Id-e-Milad
2006-04-14 Ambedkar Jayanti and Good Friday
2006-05-01 Maharashtra Day
2006-08-15 Independence Day
2006-10-02 Dussehra and Mahatma Gandhi Jayanti
2006-10-24 Diwali Balipratipada
2006-10-25 Id-ul-Fitr
2006-12-25 Christmas
2007-01-01 Bakri Id
2007-01-26 Republic Day
2007-01-30 Muharram
2007-02-16 Mahashivratri
2007-03-27 Ram Navami
2007-04-06 Good Friday
2007-05-01 Maharashtra Day
2007-05-02 Buddha Purnima
2007-08-15 Independence Day
2007-10-02 Mahatma Gandhi Jayanti
2007-12-21 Bakri Id
2007-12-25 Christmas
2008-03-06 Mahashivratri
2008-03-20 Id-e-Milad
2008-03-21 Good Friday
2008-04-14 Ambedkar Jayanti and Ram Navami
2008-04-18 Mahavir Jayanti
2008-05-01 Maharashtra Day
2008-05-19 Buddha Purnima
2008-08-15 Independence Day
2008-09-03 Ganesh Chaturthi
2008-10-02 Id-ul-Fitr and Mahatma Gandhi Jayanti
2008-10-09 Dussehra
2008-10-30 Diwali Balipratipada
2008-11-13 Guru Nanak Jayanti
2008-11-27 Attacks in Mumbai
2008-12-09 Bakri Id
2008-12-25 Christmas
2009-01-08 Muharram
2009-01-26 Republic Day
2009-02-23 Mahashivratri
2009-03-10 Id-e-Milad
2009-03-11 Holi
2009-04-03 Ram Navami
2009-04-07 Mahavir Jayanti
2009-04-10 Good Friday
2009-04-14 Ambedkar Jayanti
2009-04-30 Parliamentary elections
2009-05-01 Maharashtra Day
2009-09-21 Id-ul-Fitr
2009-09-28 Dussehra
2009-10-02 Mahatma Gandhi Jayanti
2009-10-13 Assembly elections in Maharashtra
2009-10-19 Diwali Balipratipada
2009-11-02 Guru Nanak Jayanti
2009-12-25 Christmas
2009-12-28 Muharram
2010-01-01 New Year's Day
2010-01-26 Republic Day
2010-02-12 Mahashivratri
2010-03-01 Holi
2010-03-24 Ram Navami
2010-04-02 Good Friday
2010-04-14 Ambedkar Jayanti
2010-09-10 Id-ul-Fitr
2010-11-17 Bakri Id
2010-12-17 Muharram
2011-01-26 Republic Day
2011-03-02 Mahashivratri
2011-04-12 Ram Navami
2011-04-14 Ambedkar Jayanti
2011-04-22 Good Friday
2011-08-15 Independence Day
2011-08-31 Id-ul-Fitr
2011-09-01 Ganesh Chaturthi
2011-10-06 Dussehra
2011-10-27 Diwali Balipratipada
2011-11-07 Bakri Id
2011-11-10 Guru Nanak Jayanti
2011-12-06 Muharram
2012-01-26 Republic Day
2012-02-20 Mahashivratri
2012-03-08 Holi
2012-04-05 Mahavir Jayanti
2012-04-06 Good Friday
2012-05-01 Maharashtra Day
2012-08-15 Independence Day
2012-08-20 Id-ul-Fitr
2012-09-19 Ganesh Chaturthi
2012-10-02 Mahatma Gandhi Jayanti
2012-10-24 Dussehra
2012-11-14 Diwali Balipratipada
2012-11-28 Guru Nanak Jayanti
2012-12-25 Christmas
"""
